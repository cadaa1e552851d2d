import { OVERFLOW_NAME, SEMCONV } from '../../contract/telemetry.ts';
import { OVERFLOW } from '../live/spans.ts';

/** As what one span counts, in SQL over a row of otel_traces. `../live/spans.ts` says the same in TypeScript. */

/** First non-empty of several spellings of an attribute. */
export function attr(names: readonly string[] | string, map = 'SpanAttributes'): string {
  const list = typeof names === 'string' ? [names] : names;
  return list.reduceRight((rest, name) => {
    const value = `${map}['${name}']`;
    return rest === '' ? value : `if(${value} != '', ${value}, ${rest})`;
  }, '');
}

const METHOD = attr(SEMCONV.method);
const ROUTE = attr(SEMCONV.route);
const STATUS = `toUInt16OrZero(${attr(SEMCONV.status)})`;
const ADDRESS = attr(SEMCONV.serverAddress);
const PORT = attr(SEMCONV.serverPort);
const DB = attr(SEMCONV.dbSystem);
const DESTINATION = attr(SEMCONV.destination);
const MESSAGING = attr(SEMCONV.messagingSystem);

/** `POST /orders`, else the span's own name: the column `Operation` of otel_traces. */
export const OPERATION = `if(${ROUTE} != '' AND ${METHOD} != '', concat(${METHOD}, ' ', ${ROUTE}), toString(SpanName))`;

/** A 4xx answer is the callee's decision, so it is no failure of the edge; 408 and 429 are. */
export const IS_ERROR = `((StatusCode = 'Error' AND NOT (SpanKind = 'Client' AND ${STATUS} BETWEEN 400 AND 499
  AND ${STATUS} NOT IN (408, 429))) OR ${STATUS} >= 500)`;

export const CELL_KIND = `multiIf(SpanKind = 'Server', 'server', SpanKind = 'Producer', 'producer', SpanKind = 'Consumer', 'consumer',
  SpanKind = 'Client' AND ${DB} != '', 'db', SpanKind = 'Client' AND ${MESSAGING} = '', 'client', '')`;

/** The receiver has marked what is beyond the bound of names (bounds/spans.ts). */
export const IS_BEYOND = `Overflow >= ${OVERFLOW.name}`;
export const SERVICE_IS_BEYOND = `Overflow >= ${OVERFLOW.service}`;
export const CELL_SERVICE = `if(${SERVICE_IS_BEYOND}, '${OVERFLOW_NAME}', toString(ServiceName))`;

/** Both want CELL_KIND as the column `Kind` beside them. */
export const CELL_OPERATION = `multiIf(Kind != 'server', '', ${IS_BEYOND}, '${OVERFLOW_NAME}', otel_traces.Operation)`;
export const CELL_PEER = `multiIf(Kind = 'server', '', ${IS_BEYOND}, '${OVERFLOW_NAME}',
  Kind IN ('producer', 'consumer'), if(${DESTINATION} != '', ${DESTINATION}, toString(SpanName)),
  Kind = 'db', if(${attr(SEMCONV.dbNamespace)} != '', ${attr(SEMCONV.dbNamespace)}, ${DB}),
  ${attr(SEMCONV.peerService)} != '', ${attr(SEMCONV.peerService)},
  ${PORT} != '', concat(${ADDRESS}, ':', ${PORT}), ${ADDRESS})`;
