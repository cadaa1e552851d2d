import type { FaultInterval, TrafficCell } from '@stormglass/agents/contract';

/** Whether the cell holds calls which the fault may select. Client cells know no route, so an edge counts them all. */
export function arrives(cell: TrafficCell, fault: FaultInterval): boolean {
  const { target, selector } = fault.spec;
  if (target.kind === 'edge') {
    return cell.kind === 'client' && cell.service === target.from && cell.peer === target.to;
  }
  if (cell.kind !== 'server' || cell.service !== target.service) return false;
  const [method, route] = cell.operation.split(' ');
  return (
    (selector.method === undefined || selector.method === method) &&
    (selector.route === undefined || selector.route === route)
  );
}
