import { z } from 'zod';
import { GO_DURATION } from '../duration.ts';

/**
 * The part of networking.istio.io that is read, each field by its name there. Fields that Istio has and we do not read
 * are `unread`, so that a misspelt one is told from one which we merely do not need.
 */
const unread = z.unknown().optional();
const Duration = z.string().regex(GO_DURATION, 'write a duration such as 5s or 250ms');
const Percent = z.object({ value: z.number().min(0).max(100).optional() });
const StringMatch = z.object({
  exact: z.string().optional(),
  prefix: z.string().optional(),
  regex: z.string().optional(),
});
export type StringMatch = z.infer<typeof StringMatch>;

const Delay = z.object({
  percentage: Percent.optional(),
  percent: z.number().int().min(0).max(100).optional(),
  fixedDelay: Duration.optional(),
  exponentialDelay: Duration.optional(),
});
export type Delay = z.infer<typeof Delay>;

const Abort = z.object({
  percentage: Percent.optional(),
  percent: z.number().int().min(0).max(100).optional(),
  httpStatus: z.number().int().min(200).max(599).optional(),
  grpcStatus: z.string().optional(),
  http2Error: z.string().optional(),
});
export type Abort = z.infer<typeof Abort>;

const Retries = z.object({
  attempts: z.number().int().min(0).optional(),
  perTryTimeout: Duration.optional(),
  retryOn: z.string().optional(),
  backoff: Duration.optional(),
  retryRemoteLocalities: unread,
  retryIgnorePreviousHosts: unread,
});
export type Retries = z.infer<typeof Retries>;

const Destination = z.object({
  host: z.string().optional(),
  subset: z.string().optional(),
  port: unread,
});

const Match = z.object({
  name: unread,
  uri: StringMatch.optional(),
  method: StringMatch.optional(),
  headers: z.record(z.string(), StringMatch).optional(),
  withoutHeaders: z.record(z.string(), z.unknown()).optional(),
  queryParams: z.record(z.string(), z.unknown()).optional(),
  sourceLabels: z.record(z.string(), z.string()).optional(),
  ...{ scheme: unread, authority: unread, port: unread, gateways: unread, sourceNamespace: unread },
  ...{ ignoreUriCase: unread, statPrefix: unread },
});
export type Match = z.infer<typeof Match>;

const HttpRoute = z.object({
  name: z.string().optional(),
  match: z.array(Match).optional(),
  route: z
    .array(
      z.object({ destination: Destination.optional(), weight: z.number().int().optional(), headers: unread }),
    )
    .optional(),
  timeout: Duration.optional(),
  retries: Retries.optional(),
  fault: z.object({ delay: Delay.optional(), abort: Abort.optional() }).optional(),
  mirrorPercent: unread,
  mirror_percent: unread,
  ...{ redirect: unread, directResponse: unread, delegate: unread, rewrite: unread, mirror: unread },
  ...{ mirrors: unread, mirrorPercentage: unread, corsPolicy: unread, headers: unread },
});
export type HttpRoute = z.infer<typeof HttpRoute>;

export const VirtualServiceSpec = z.object({
  hosts: z.array(z.string()).optional(),
  gateways: z.array(z.string()).optional(),
  http: z.array(HttpRoute).optional(),
  ...{ tls: unread, tcp: unread, exportTo: unread },
});
export type VirtualServiceSpec = z.infer<typeof VirtualServiceSpec>;

const ConnectionPool = z.object({
  tcp: z
    .object({
      maxConnections: z.number().int().optional(),
      connectTimeout: Duration.optional(),
      ...{ tcpKeepalive: unread, maxConnectionDuration: unread, idleTimeout: unread },
    })
    .optional(),
  http: z
    .object({
      http1MaxPendingRequests: z.number().int().optional(),
      http2MaxRequests: z.number().int().optional(),
      maxRetries: z.number().int().optional(),
      ...{ maxRequestsPerConnection: unread, idleTimeout: unread, h2UpgradePolicy: unread },
      ...{ useClientProtocol: unread, maxConcurrentStreams: unread, http2KeepAlive: unread },
    })
    .optional(),
});
export type ConnectionPool = z.infer<typeof ConnectionPool>;

const OutlierDetection = z.object({
  consecutiveErrors: z.number().int().optional(),
  consecutive5xxErrors: z.number().int().optional(),
  consecutiveGatewayErrors: z.number().int().optional(),
  baseEjectionTime: Duration.optional(),
  maxEjectionPercent: z.number().int().min(0).max(100).optional(),
  interval: Duration.optional(),
  minHealthPercent: z.number().int().min(0).max(100).optional(),
  ...{ splitExternalLocalOriginErrors: unread, consecutiveLocalOriginFailures: unread },
  outlierDetectionHttpErrorCodes: unread,
});
export type OutlierDetection = z.infer<typeof OutlierDetection>;

export const DestinationRuleSpec = z.object({
  host: z.string().optional(),
  trafficPolicy: z
    .object({
      connectionPool: ConnectionPool.optional(),
      outlierDetection: OutlierDetection.optional(),
      portLevelSettings: unread,
      ...{ loadBalancer: unread, tls: unread, tunnel: unread, proxyProtocol: unread, retryBudget: unread },
    })
    .optional(),
  subsets: z.array(z.object({ name: z.string(), labels: unread, trafficPolicy: unread })).optional(),
  ...{ exportTo: unread, workloadSelector: unread },
});
export type DestinationRuleSpec = z.infer<typeof DestinationRuleSpec>;

/** Anything of Kubernetes: what kind it is decides how its `spec` is read. */
export const Resource = z.object({
  apiVersion: z.string(),
  kind: z.string(),
  metadata: z.object({ name: z.string().optional(), namespace: z.string().optional() }).optional(),
});
