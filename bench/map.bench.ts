import { layoutView } from '../web/features/live-map/model/frames.ts';
import { canvasFor } from '../web/features/live-map/model/layout.ts';
import { edgeLabels, routesOf } from '../web/features/live-map/model/routes.ts';
import { mapStructure } from '../web/features/live-map/model/structure.ts';
import { viewOf } from '../web/features/live-map/model/view.ts';
import { largeTimeline } from '../web/features/live-map/testing/large.ts';
import { median, percentile, report } from './figure.ts';

/**
 * What it costs to lay out a large live map: clusters, places, ways round what stands between, and places for words. It is
 * paid when a service or connection comes or goes, or a cluster is opened, not with each frame. Counted is the time of the
 * processor, which a busy machine does not stretch.
 */
const SERVICES = 200;
const EDGES = 600;
const ROUNDS = 30;
/** Before the compiler knows the code: the first of a page too, and a figure of its own. */
const COLD = 1;
const AT = 1_800_000_000_999;
const OPENED = { closed: new Set<string>(), 'all open': 'all' } as const;

export async function run(): Promise<void> {
  const structure = mapStructure(largeTimeline(AT, SERVICES, EDGES), AT, []);
  const canvas = canvasFor(1376, 582);
  for (const [name, open] of Object.entries(OPENED)) {
    const times = Array.from({ length: COLD + ROUNDS }, () => {
      const began = process.cpuUsage();
      const view = viewOf(structure, 'auto', open);
      const { places } = layoutView(structure, view, canvas);
      edgeLabels(view.shown, places, routesOf(view.shown, places));
      const { user, system } = process.cpuUsage(began);
      return (user + system) / 1000;
    });
    const params = { services: SERVICES, edges: structure.edges.length, rounds: ROUNDS };
    const figure = (what: string, value: number) =>
      report({ bench: 'map', figure: `layout, ${name}, ${what}`, value, unit: 'ms', goal: null, params });
    figure('first', times[0] ?? Number.NaN);
    figure('median', median(times.slice(COLD)));
    figure('p95', percentile(times.slice(COLD), 0.95));
  }
}
