import {
  Metadata,
  Server,
  ServerCredentials,
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
import type { Intake } from './intake.ts';

export interface GrpcReceiverOptions {
  intake: Intake;
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
  });
  for (const signal of Object.keys(SERVICES) as Signal[]) {
    server.addService(definition(signal), {
      Export: (call: ServerUnaryCall<Buffer, Buffer>, callback: sendUnaryData<Buffer>) => {
        exportOne(signal, call, options).then(
          (answer) => callback(null, answer),
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

async function exportOne(
  signal: Signal,
  call: ServerUnaryCall<Buffer, Buffer>,
  options: GrpcReceiverOptions,
): Promise<Buffer> {
  const header = call.metadata.get('authorization')[0];
  if (!isAuthorized(header?.toString(), options.key)) {
    throw new StormglassError(
      'unauthorized',
      'The key is missing or wrong.',
      'Send authorization: Bearer <key>.',
    );
  }
  const accepted = await options.intake.accept(signal, call.request);
  return Buffer.from(successBody(signal, accepted, 'protobuf'));
}

function statusOf(cause: unknown, intake: Intake): Partial<StatusObject> {
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
