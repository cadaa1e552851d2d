import {
  attributeMap,
  attributeMaps,
  attributes,
  attributeTypeMaps,
  attributeTypes,
  field,
  hexId,
  hexIds,
  type Load,
  scalar,
  scalars,
  scopeAttributes,
  timestamp,
  timestamps,
} from '../flat.ts';

const RESOURCE = 'resource_spans.resource';
const SCOPE = 'resource_spans.scope_spans';
const SPAN = `${SCOPE}.spans`;
const span = (name: string) => field(`${SPAN}.${name}`);
const START = span('start_time_unix_nano');
const END = span('end_time_unix_nano');
const KINDS = "['Internal', 'Server', 'Client', 'Producer', 'Consumer']";

/** ExportTraceServiceRequest -> otel_traces. */
export const TRACES: Load = {
  table: 'otel_traces',
  message: 'ExportTraceServiceRequest',
  levels: ['resource_spans', SCOPE, SPAN],
  columns: [
    ...attributes(`${RESOURCE}.attributes`, 1),
    ...scalars('resource_spans', 'String', 1, ['schema_url']),
    ...scalars(SCOPE, 'String', 2, ['scope.name', 'scope.version', 'schema_url']),
    scalar(`${RESOURCE}.dropped_attributes_count`, 'UInt32', 1),
    scalar(`${SCOPE}.scope.dropped_attributes_count`, 'UInt32', 2),
    ...scalars(SPAN, 'String', 3, [
      'trace_id',
      'span_id',
      'trace_state',
      'parent_span_id',
      'name',
      'status.message',
    ]),
    ...scalars(SPAN, 'Int32', 3, ['kind', 'status.code']),
    ...scalars(SPAN, 'UInt32', 3, [
      'flags',
      'dropped_attributes_count',
      'dropped_events_count',
      'dropped_links_count',
    ]),
    ...scalars(SPAN, 'UInt64', 3, ['start_time_unix_nano', 'end_time_unix_nano']),
    ...attributes(`${SPAN}.attributes`, 3),
  ],
  target: {
    Timestamp: timestamp(START),
    TraceId: hexId(span('trace_id')),
    SpanId: hexId(span('span_id')),
    // An all-zero parent is no parent.
    ParentSpanId: hexId(`replaceAll(${span('parent_span_id')}, repeat(char(0), 8), '')`),
    TraceState: span('trace_state'),
    Flags: span('flags'),
    SpanName: span('name'),
    SpanKind: `transform(${span('kind')}, [1, 2, 3, 4, 5], ${KINDS}, 'Unspecified')`,
    ServiceName: `${attributeMap(`${RESOURCE}.attributes`)}['service.name']`,
    ResourceAttributes: attributeMap(`${RESOURCE}.attributes`),
    ResourceAttributeTypes: attributeTypes(`${RESOURCE}.attributes`),
    ResourceSchemaUrl: field('resource_spans.schema_url'),
    ScopeSchemaUrl: field(`${SCOPE}.schema_url`),
    ScopeName: field(`${SCOPE}.scope.name`),
    ScopeVersion: field(`${SCOPE}.scope.version`),
    ResourceDroppedAttributesCount: field(`${RESOURCE}.dropped_attributes_count`),
    ScopeDroppedAttributesCount: field(`${SCOPE}.scope.dropped_attributes_count`),
    SpanAttributes: attributeMap(`${SPAN}.attributes`),
    SpanAttributeTypes: attributeTypes(`${SPAN}.attributes`),
    Duration: `if(${END} > ${START}, ${END} - ${START}, 0)`,
    EndsBeforeStart: `${END} < ${START}`,
    EndsEarlyBy: `if(${END} < ${START}, ${START} - ${END}, 0)`,
    StatusCode: `transform(${span('status.code')}, [1, 2], ['Ok', 'Error'], 'Unset')`,
    StatusMessage: span('status.message'),
    DroppedAttributesCount: span('dropped_attributes_count'),
    DroppedEventsCount: span('dropped_events_count'),
    DroppedLinksCount: span('dropped_links_count'),
  },
  parts: {
    events: {
      columns: [
        ...scalars(`${SPAN}.events`, 'String', 4, ['name']),
        ...scalars(`${SPAN}.events`, 'UInt64', 4, ['time_unix_nano']),
        ...scalars(`${SPAN}.events`, 'UInt32', 4, ['dropped_attributes_count']),
        ...attributes(`${SPAN}.events.attributes`, 4),
      ],
      target: {
        'Events.Timestamp': timestamps(span('events.time_unix_nano')),
        'Events.Name': span('events.name'),
        'Events.Attributes': attributeMaps(`${SPAN}.events.attributes`),
        'Events.AttributeTypes': attributeTypeMaps(`${SPAN}.events.attributes`),
        'Events.DroppedAttributesCount': span('events.dropped_attributes_count'),
      },
    },
    links: {
      columns: [
        ...scalars(`${SPAN}.links`, 'String', 4, ['trace_id', 'span_id', 'trace_state']),
        ...scalars(`${SPAN}.links`, 'UInt32', 4, ['flags', 'dropped_attributes_count']),
        ...attributes(`${SPAN}.links.attributes`, 4),
      ],
      target: {
        'Links.TraceId': hexIds(span('links.trace_id')),
        'Links.SpanId': hexIds(span('links.span_id')),
        'Links.TraceState': span('links.trace_state'),
        'Links.Attributes': attributeMaps(`${SPAN}.links.attributes`),
        'Links.AttributeTypes': attributeTypeMaps(`${SPAN}.links.attributes`),
        'Links.Flags': span('links.flags'),
        'Links.DroppedAttributesCount': span('links.dropped_attributes_count'),
      },
    },
    overflow: { columns: scalars(SPAN, 'UInt32', 3, ['overflow']), target: { Overflow: span('overflow') } },
    scope_attributes: scopeAttributes(SCOPE),
  },
};
