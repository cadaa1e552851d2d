import {
  anyValue,
  attributeMap,
  attributes,
  attributeTypes,
  field,
  hexId,
  type Load,
  scalar,
  scalars,
  scopeAttributes,
  timestamp,
  valueTag,
  valueText,
} from '../flat.ts';

const RESOURCE = 'resource_logs.resource';
const SCOPE = 'resource_logs.scope_logs';
const LOG = `${SCOPE}.log_records`;
const log = (name: string) => field(`${LOG}.${name}`);
const TIME = log('time_unix_nano');

/** ExportLogsServiceRequest -> otel_logs. */
export const LOGS: Load = {
  table: 'otel_logs',
  message: 'ExportLogsServiceRequest',
  levels: ['resource_logs', SCOPE, LOG],
  columns: [
    ...attributes(`${RESOURCE}.attributes`, 1),
    scalar('resource_logs.schema_url', 'String', 1),
    ...scalars(SCOPE, 'String', 2, ['scope.name', 'scope.version', 'schema_url']),
    ...scalars(LOG, 'UInt64', 3, ['time_unix_nano', 'observed_time_unix_nano']),
    ...scalars(LOG, 'String', 3, ['severity_text', 'trace_id', 'span_id', 'event_name']),
    scalar(`${RESOURCE}.dropped_attributes_count`, 'UInt32', 1),
    scalar(`${SCOPE}.scope.dropped_attributes_count`, 'UInt32', 2),
    scalar(`${LOG}.severity_number`, 'Int32', 3),
    ...scalars(LOG, 'UInt32', 3, ['flags', 'dropped_attributes_count']),
    ...anyValue(`${LOG}.body`, 3),
    ...attributes(`${LOG}.attributes`, 3),
  ],
  target: {
    // A record without its own time has at least the time it was observed.
    Timestamp: timestamp(`if(${TIME} != 0, ${TIME}, ${log('observed_time_unix_nano')})`),
    ObservedTimestamp: timestamp(log('observed_time_unix_nano')),
    TraceId: hexId(log('trace_id')),
    SpanId: hexId(log('span_id')),
    TraceFlags: `toUInt8(bitAnd(${log('flags')}, 255))`,
    Flags: log('flags'),
    SeverityText: log('severity_text'),
    SeverityNumber: `toUInt8(${log('severity_number')})`,
    ServiceName: `${attributeMap(`${RESOURCE}.attributes`)}['service.name']`,
    Body: valueText(`${LOG}.body`),
    BodyType: valueTag(`${LOG}.body`),
    ResourceSchemaUrl: field('resource_logs.schema_url'),
    ResourceAttributes: attributeMap(`${RESOURCE}.attributes`),
    ResourceAttributeTypes: attributeTypes(`${RESOURCE}.attributes`),
    ScopeSchemaUrl: field(`${SCOPE}.schema_url`),
    ScopeName: field(`${SCOPE}.scope.name`),
    ScopeVersion: field(`${SCOPE}.scope.version`),
    ResourceDroppedAttributesCount: field(`${RESOURCE}.dropped_attributes_count`),
    ScopeDroppedAttributesCount: field(`${SCOPE}.scope.dropped_attributes_count`),
    DroppedAttributesCount: log('dropped_attributes_count'),
    LogAttributes: attributeMap(`${LOG}.attributes`),
    LogAttributeTypes: attributeTypes(`${LOG}.attributes`),
    // SDKs older than the field put the name among the attributes.
    EventName: `if(${log('event_name')} != '', ${log('event_name')}, ${attributeMap(`${LOG}.attributes`)}['event.name'])`,
  },
  parts: {
    scope_attributes: scopeAttributes(SCOPE),
  },
};
