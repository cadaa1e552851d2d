import {
  assertNever,
  type FaultAction,
  type FaultSpec,
  type FaultTarget,
  isNetworkAction,
  type NetworkAction,
  parametersOf,
  rowOf,
} from '@stormglass/agents/contract';

function seconds(ms: number): string {
  return ms >= 1000 ? `${Number((ms / 1000).toFixed(1))} s` : `${ms} ms`;
}

/** `network latency 500 ms, upstream`. */
export function networkWords(action: NetworkAction): string {
  const given = new Map<string, unknown>(Object.entries(action));
  const figures = parametersOf(action.type).flatMap(({ name, kind, unit }) => {
    const value = given.get(name);
    return kind === 'number' && value !== 0 ? [`${value} ${unit}`] : [];
  });
  const side = 'stream' in action && action.stream === 'upstream' ? ', upstream' : '';
  return `${[rowOf(action.type).title.toLowerCase(), ...figures].join(' ')}${side}`;
}

/** The action in words: `latency 3.5 s`. */
export function actionWords(action: FaultAction): string {
  if (isNetworkAction(action)) return networkWords(action);
  switch (action.type) {
    case 'latency':
      return `latency ${seconds(action.ms)}${action.jitterMs > 0 ? ` ± ${seconds(action.jitterMs)}` : ''}`;
    case 'error':
      return action.code === '' ? `error ${action.status}` : `exception ${action.code}`;
    case 'hang':
      return 'hang';
    case 'reset':
      return 'connection reset';
    case 'throttle':
      return `throttled to ${action.bytesPerSecond} bytes/s`;
    case 'truncate':
      return `replies cut after ${action.afterBytes} bytes`;
    case 'corrupt':
      return 'corrupt replies';
    case 'database_outage':
      return 'database outage';
    case 'lock_contention':
      return `table ${action.table} locked`;
    case 'pool_exhaustion':
      return 'connection pool exhausted';
    case 'consumer_stop':
      return 'consumer stopped';
    case 'process_kill':
      return 'killed';
    case 'process_pause':
      return 'paused';
    default:
      return rowOf(action.type).title.toLowerCase();
  }
}

/** The target in words: `payments`, `orders → payments`, `notifications of queue notifications`. */
export function targetWords(target: FaultTarget): string {
  switch (target.kind) {
    case 'service':
    case 'process':
      return target.instance ?? target.service;
    case 'database':
    case 'proxy':
      return target.service;
    case 'point':
      return `${target.instance ?? target.service} at ${target.point}`;
    case 'edge':
      return `${target.from} → ${target.to}`;
    case 'consumer':
    case 'producer':
      return target.service;
    default:
      return assertNever(target);
  }
}

/** One line: `payments latency 3.5 s on 80 %`. */
export function faultWords(spec: FaultSpec): string {
  const share = spec.selector.percentage < 100 ? ` on ${spec.selector.percentage} %` : '';
  return `${targetWords(spec.target)} ${actionWords(spec.action)}${share}`;
}

/** The service a person would say is broken. */
export function brokenService(target: FaultTarget): string {
  return target.kind === 'edge' ? target.to : target.service;
}
