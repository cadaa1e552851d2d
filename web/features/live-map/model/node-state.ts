import type { StateHue } from '../../../ui/state.ts';
import type { NodeFigures } from './graph.ts';
import type { MapNode } from './structure.ts';

/** So large a share of failed or slow calls changes what a node is, not only its ring. */
const SHARE = 0.05;

function queueState(queue: NodeFigures['queue']): StateHue {
  if (!queue) return 'unknown';
  if (queue.dead > 0) return 'failing';
  return queue.paused ? 'degraded' : 'ok';
}

/** How a node stands, as one word: what a person should see change. */
export function nodeState(node: MapNode, figures: NodeFigures): StateHue {
  if (node.kind === 'queue') return queueState(figures.queue);
  const outcome = figures.seen ?? figures.own;
  if (figures.databaseDown) return 'failing';
  if (!outcome || outcome.calls === 0) return 'unknown';
  if (outcome.errorShare > SHARE) return 'failing';
  return outcome.slowShare > SHARE ? 'degraded' : 'ok';
}
