import type { FaultBoard } from './faults/board.ts';
import type { AgentHub } from './hub/agents.ts';
import type { LiveHub } from './hub/live.ts';
import type { Metrics } from './metrics/metrics.ts';
import type { Time } from './time.ts';
import type { TimelineWindow } from './window/window.ts';

/** Figures of the hub that are read when somebody scrapes. */
export function observeHub(
  metrics: Metrics,
  parts: { hub: AgentHub; live: LiveHub; board: FaultBoard; window: TimelineWindow; time: Time },
): void {
  const { hub, live, board, window, time } = parts;
  metrics.observe('stormglass_web_agents', 'Connected agents.', () => hub.connected().length);
  metrics.observe('stormglass_web_browsers', 'Connected browsers.', () => live.browsers);
  metrics.observe('stormglass_web_faults', 'Faults that are on.', () => board.active().length);
  metrics.observe('stormglass_web_window_cells', 'Traffic cells held in memory.', () => window.cells);
  metrics.observe(
    'stormglass_web_telemetry_age_seconds',
    'Age of the newest telemetry; NaN before any.',
    () => (window.dataAt === 0 ? Number.NaN : (time.now() - window.dataAt) / 1000),
  );
}
