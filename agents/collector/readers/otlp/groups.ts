import type { TextMap } from '../../queries/stored-span.ts';
import { type KeyValue, keyValues } from './values.ts';

/** Who sent a row, as all tables of raw telemetry have it. */
export interface OriginRow {
  resource: TextMap;
  resourceTypes: TextMap;
  resourceDropped: number;
  resourceSchemaUrl: string;
  scopeName: string;
  scopeVersion: string;
  scopeAttributes: TextMap;
  scopeTypes: TextMap;
  scopeDropped: number;
  scopeSchemaUrl: string;
}

const moreColumns = (scopeDropped: string) =>
  `ResourceDroppedAttributesCount AS resourceDropped, ResourceSchemaUrl AS resourceSchemaUrl, ScopeName AS scopeName,
  ScopeVersion AS scopeVersion, ScopeAttributes AS scopeAttributes, ScopeAttributeTypes AS scopeTypes,
  ${scopeDropped} AS scopeDropped, ScopeSchemaUrl AS scopeSchemaUrl`;

/** Columns of an OriginRow but for the resource's attributes, which a StoredSpan has. */
export const MORE_ORIGIN_COLUMNS = moreColumns('ScopeDroppedAttributesCount');

/** Columns of an OriginRow; the tables of metrics have another name for one of them. */
export const originColumns = (scopeDropped = 'ScopeDroppedAttributesCount') =>
  `ResourceAttributes AS resource, ResourceAttributeTypes AS resourceTypes, ${moreColumns(scopeDropped)}`;

export interface Resource {
  attributes: KeyValue[];
  droppedAttributesCount?: number;
}

export interface Scope extends Partial<Resource> {
  name?: string;
  version?: string;
}

export interface ResourceGroup<Item> {
  resource: Resource;
  schemaUrl?: string;
  scopes: { scope: Scope; schemaUrl?: string; items: Item[] }[];
}

/** Rows by resource and scope, in the order in which they come. */
export function byOrigin<Row extends OriginRow, Item>(
  rows: readonly Row[],
  itemsOf: (rows: Row[]) => Item[],
): ResourceGroup<Item>[] {
  const ofResource = (row: Row) =>
    JSON.stringify([row.resource, row.resourceTypes, row.resourceDropped, row.resourceSchemaUrl]);
  const ofScope = (row: Row) =>
    JSON.stringify([
      ...[row.scopeName, row.scopeVersion, row.scopeAttributes, row.scopeTypes],
      ...[row.scopeDropped, row.scopeSchemaUrl],
    ]);
  return [...Map.groupBy(rows, ofResource).values()].flatMap((ofOne) => {
    const first = ofOne[0];
    if (first === undefined) return [];
    const scopes = [...Map.groupBy(ofOne, ofScope).values()].flatMap((scoped) =>
      scoped[0] === undefined
        ? []
        : [{ scope: scopeOf(scoped[0]), ...schema(scoped[0].scopeSchemaUrl), items: itemsOf(scoped) }],
    );
    const attributes = keyValues(first.resource, first.resourceTypes);
    const resource = { attributes, ...counted('droppedAttributesCount', first.resourceDropped) };
    return [{ resource, ...schema(first.resourceSchemaUrl), scopes }];
  });
}

function scopeOf(row: OriginRow): Scope {
  const attributes = keyValues(row.scopeAttributes, row.scopeTypes);
  return {
    ...(row.scopeName === '' ? {} : { name: row.scopeName }),
    ...(row.scopeVersion === '' ? {} : { version: row.scopeVersion }),
    ...(attributes.length === 0 ? {} : { attributes }),
    ...counted('droppedAttributesCount', row.scopeDropped),
  };
}

const schema = (schemaUrl: string) => (schemaUrl === '' ? {} : { schemaUrl });

/** A number that most do not have; 0 is left out. */
export function counted<Name extends string>(name: Name, value: number): { [K in Name]?: number } {
  return (value === 0 ? {} : { [name]: value }) as { [K in Name]?: number };
}
