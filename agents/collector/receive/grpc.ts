import {
  Metadata,
  Server,
  ServerCredentials,
  ServerInterceptingCall,
  type ServerInterceptor,
  type ServerUnaryCall,
  type ServiceDefinition,
  type StatusObject,
  type sendUnaryData,
  status,
} from '@grpc/grpc-js';
import { StormglassError } from '../../contract/errors.ts';
import { otlp } from '../wire/codec.ts';
import { lengthDelimited } from '../wire/reader.ts';
import type { Signal } from '../wire/signals.ts';
import { successBody } from './answers.ts';
import { isAuthorized } from './auth.ts';
import type { ByteBudget } from './budget.ts';
import type { Intake } from './intake.ts';

export interface GrpcReceiverOptions {
  intake: Intake;
  budget: ByteBudget;
  host: string;
  port: number;
  maxRequestBytes: number;
  key: string | undefined;
}

const SERVICES: Record<Signal, string> = {
  traces: 'opentelemetry.proto.collector.trace.v1.TraceService',
  logs: 'opentelemetry.proto.collector.logs.v1.LogsService',
  metrics: 'opentelemetry.proto.collector.metrics.v1.MetricsService',
};

/** Of one connection. The rest of its calls waits at the client. */
const MAX_STREAMS = 64;

const identity = (bytes: Buffer) => bytes;

/** Requests stay the bytes they came as: nothing decodes them here. */
function definition(signal: Signal): ServiceDefinition<{ Export(call: Buffer): Buffer }> {
  return {
    Export: {
      path: `/${SERVICES[signal]}/Export`,
      requestStream: false,
      responseStream: false,
      requestSerialize: identity,
      requestDeserialize: identity,
      responseSerialize: identity,
      responseDeserialize: identity,
    },
  } as ServiceDefinition<{ Export(call: Buffer): Buffer }>;
}

/** OTLP/gRPC: the three Export services. Resolves with the server and the port it listens on. */
export async function startGrpcReceiver(
  options: GrpcReceiverOptions,
): Promise<{ server: Server; port: number }> {
  const server = new Server({
    'grpc.max_receive_message_length': options.maxRequestBytes,
    'grpc.max_send_message_length': 1024 * 1024,
    'grpc.max_concurrent_streams': MAX_STREAMS,
    interceptors: [gate(options)],
  });
  for (const signal of Object.keys(SERVICES) as Signal[]) {
    server.addService(definition(signal), {
      Export: (call: ServerUnaryCall<Buffer, Buffer>, callback: sendUnaryData<Buffer>) => {
        options.intake.accept(signal, call.request).then(
          (accepted) => callback(null, Buffer.from(successBody(signal, accepted, 'protobuf'))),
          (cause: unknown) => callback(statusOf(cause, options.intake)),
        );
      },
    });
  }
  const port = await new Promise<number>((resolve, reject) => {
    server.bindAsync(`${options.host}:${options.port}`, ServerCredentials.createInsecure(), (error, bound) =>
      error === null ? resolve(bound) : reject(error),
    );
  });
  return { server, port };
}

/** Asks for the key before the body is read, and counts the body while it is in memory. */
function gate({ key, budget, intake }: GrpcReceiverOptions): ServerInterceptor {
  return (_method, call) => {
    const account = budget.open();
    const refuse = (cause: unknown) => {
      account.close();
      call.sendStatus(statusOf(cause, intake));
    };
    return new ServerInterceptingCall(call, {
      start: (next) =>
        next({
          onReceiveMetadata: (metadata, forward) => {
            if (isAuthorized(metadata.get('authorization')[0]?.toString(), key)) forward(metadata);
            else refuse(unauthorized());
          },
          onReceiveMessage: (message: Buffer, forward) => {
            try {
              account.take(message.length);
            } catch (cause) {
              refuse(cause);
              return;
            }
            forward(message);
          },
          onCancel: () => account.close(),
        }),
      sendStatus: (status, next) => {
        account.close();
        next(status);
      },
    });
  };
}

const unauthorized = () =>
  new StormglassError('unauthorized', 'The key is missing or wrong.', 'Send authorization: Bearer <key>.');

function statusOf(
  cause: unknown,
  intake: Intake,
): Pick<StatusObject, 'code' | 'details'> & { metadata?: Metadata } {
  if (!(cause instanceof StormglassError)) {
    intake.count('internal');
    return { code: status.INTERNAL, details: 'The collector failed.' };
  }
  intake.count(cause.code);
  const details = `${cause.message} ${cause.next}`;
  switch (cause.code) {
    case 'unauthorized':
      return { code: status.UNAUTHENTICATED, details };
    case 'backpressure':
      return { code: status.UNAVAILABLE, details, metadata: retryInfo(details) };
    case 'payload_too_large':
      return { code: status.RESOURCE_EXHAUSTED, details };
    default:
      return { code: status.INVALID_ARGUMENT, details };
  }
}

/** `grpc-status-details-bin`: a google.rpc.Status that holds one RetryInfo of one second. */
function retryInfo(message: string): Metadata {
  const oneSecond = Uint8Array.from([0x08, 1]);
  const any = [
    ...lengthDelimited(1, [Buffer.from('type.googleapis.com/google.rpc.RetryInfo')]),
    ...lengthDelimited(2, lengthDelimited(1, [oneSecond])),
  ];
  const head = otlp.encodePlain('RpcStatus', { code: status.UNAVAILABLE, message });
  const metadata = new Metadata();
  metadata.set('grpc-status-details-bin', Buffer.concat([head, ...lengthDelimited(3, any)]));
  return metadata;
}
