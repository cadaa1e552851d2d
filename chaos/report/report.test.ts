import { execFileSync, spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, it } from 'vitest';
import { ExperimentSpec, GameDayPlan, type GameDayReport, Run, type RunEvent } from '../contract/index.ts';
import { runExperiment } from '../engine/index.ts';
import { type Mischief, SimulatedWorld } from '../engine/simulated-world.ts';
import { FORMATS, figureText, formatOf, render, renderGameDay } from './index.ts';

const query = { service: 'gateway', operation: 'POST /orders', metric: 'good_rate', window: 3 };
const NASTY = `</title><script>alert(1)</script> & "quoted" 'single' ]]>`;
const fault = (route: string) => ({
  type: 'action',
  name: `charges fail on ${route}`,
  provider: {
    type: 'fault',
    spec: {
      ...{ action: { type: 'error' }, target: { kind: 'service', service: 'payments' } },
      ...{ selector: { route }, durationMs: 6_000 },
    },
  },
});
const SPEC = ExperimentSpec.parse({
  ...{ title: `charges fail ${NASTY}`, description: NASTY, sli: query, budget: { detect: 15, recover: 1 } },
  'steady-state-hypothesis': {
    title: 'orders are answered',
    probes: [
      {
        ...{ type: 'probe', name: NASTY, provider: { type: 'sli', query } },
        tolerance: { type: 'range', range: [0.9, 1] },
      },
    ],
  },
  method: [fault('/charges'), fault('/refunds')],
});

/** A run of the real engine in the simulated world, as the dashboard keeps it. */
async function runIn(mischief: Mischief): Promise<Run> {
  const world = new SimulatedWorld(mischief);
  const run: Run = {
    ...{ id: 'run-1', experimentId: 'charges-fail', experiment: SPEC, seed: 1, unprotected: false },
    ...{ startedBy: NASTY, startedAt: world.clock.now(), endedAt: null, phase: 'steady-before' },
    ...{ verdict: null, why: '', events: [] as RunEvent[], recovery: null },
  };
  const { signal } = new AbortController();
  const parts = { spec: SPEC, runId: 'run-1', seed: 1, ports: world.ports, clock: world.clock, signal };
  for await (const event of runExperiment(parts)) {
    if (event.type === 'measured') run.recovery = event.recovery;
    else run.events.push(event);
    if (event.type === 'ended')
      Object.assign(run, { endedAt: event.at, verdict: event.verdict, why: event.why });
  }
  return Run.parse(run);
}

let recovered: Run;
let refused: Run;
beforeAll(async () => {
  recovered = await runIn({ badUnderFault: 0.6, aftermathS: 4 });
  refused = await runIn({ alwaysBad: 1 });
});

describe('a report', () => {
  it('is of the format which the name of its file asks for', () => {
    expect(['a.html', 'b.HTM', 'c.md', 'd.xml', 'e.json'].map(formatOf)).toEqual([
      ...['html', 'html', 'markdown', 'junit', 'json'],
    ]);
    expect(formatOf('report')).toBeNull();
    expect(formatOf('folder.d/report')).toBeNull();
  });

  it('can be had in every format of every run: recovered, never begun, still running, without an event', () => {
    const running = { ...recovered, verdict: null, endedAt: null };
    const empty = { ...running, events: [], recovery: null };
    for (const run of [recovered, refused, running, empty]) {
      for (const format of FORMATS) expect(render(run, format).length, format).toBeGreaterThan(100);
    }
  });
});

describe('the HTML report', () => {
  const count = (text: string, part: string): number => text.split(part).length - 1;

  it('is one file: no script, and nothing from elsewhere', () => {
    const page = render(recovered, 'html');
    expect(page).not.toMatch(/<script|<link|<img|\ssrc=|@import|href=|url\((?!#hatch\))/);
    expect(page).toContain(`default-src 'none'`);
    expect(page).toContain('@media print');
    expect(page).toContain('prefers-color-scheme:light');
  });

  it('escapes whatever people wrote', () => {
    const page = render(recovered, 'html');
    expect(page).not.toContain('<script>alert(1)');
    expect(count(page, '&lt;script&gt;alert(1)')).toBeGreaterThan(4);
  });

  it('draws t0 to t4, both faults and each condition, for a page and for a phone', () => {
    const page = render(recovered, 'html');
    for (const svg of page.match(/<svg class="(wide|narrow)".*?<\/svg>/gs) ?? []) {
      for (const flag of ['t0', 't1', 't3', 't4']) expect(svg).toContain(`>${flag}</text>`);
      expect(count(svg, 'fill="url(#hatch)"')).toBe(2);
      expect(svg).toMatch(/recover [\d.]+ s<\/text>/);
      expect(svg).not.toMatch(/NaN|Infinity|undefined/);
    }
    expect(count(page, '<svg class=')).toBe(2);
  });

  it('shows each figure with its formula, its inputs and its raw points', () => {
    const page = render(recovered, 'html');
    const lost = /<h3>Lost requests.*?<\/details>/s.exec(page)?.[0] ?? '';
    const points = [...lost.matchAll(/<td>(\d+)<\/td><\/tr>/g)].map((found) => Number(found[1]));
    // The raw points are what the figure is the sum of.
    expect(points.reduce((sum, one) => sum + one, 0)).toBe(recovered.recovery?.lostRequests.value);
    expect(lost).toContain(`<code>${recovered.recovery?.lostRequests.formula}</code>`);
    const recover = /<h3>Recovered after the fault.*?<\/details>/s.exec(page)?.[0] ?? '';
    expect(recover).toContain('<td>t4</td>');
    expect(recover).toContain('value failing');
    expect(recover).toContain('budget 1 s');
  });
});

describe('the report of a game day', () => {
  const report = (): GameDayReport => ({
    gameday: {
      ...{ id: 'g', startedBy: NASTY, startedAt: recovered.startedAt, endedAt: refused.endedAt },
      plan: GameDayPlan.parse({
        title: `Friday drill ${NASTY}`,
        steps: [1, 2].map(() => ({ type: 'experiment', id: 'charges-fail' })),
      }),
      ...{ state: 'ended', why: '' },
      done: [recovered, refused].map(({ startedAt, endedAt, verdict }, index) => ({
        ...{ startedAt, endedAt, verdict, runId: `run-${index + 1}` },
      })),
      notes: [{ at: recovered.startedAt + 61_000, by: 'ada', step: 0, text: NASTY }],
    },
    runs: [recovered, { ...refused, id: 'run-2' }],
  });

  it('has sequence, notes, verdicts and the recovery of each run, as one page without a script', () => {
    const page = renderGameDay(report(), 'html');
    expect(page).not.toMatch(/<script|https?:/);
    expect(page).toContain('&lt;/title&gt;&lt;script&gt;');
    expect(page).toMatch(/\+1:01<\/td><td>ada noted:/);
    const { recovery } = recovered;
    if (recovery === null) throw new Error('it was not measured');
    for (const figure of [recovery.detect, recovery.recover, recovery.lostRequests]) {
      expect(page).toContain(`<td>${figureText(figure)}</td>`);
    }
    expect(page).toContain('<td>not measured</td>');
    expect(page.split('<h2>Timeline</h2>')).toHaveLength(3);
    expect(page.split('<h2>Figures</h2>')).toHaveLength(2);
  });

  it('has the same as Markdown', () => {
    const text = renderGameDay(report(), 'markdown');
    expect(text).toMatch(
      /^\| experiment \| seed \| verdict \| detected after \| recovered after \| lost \|$/m,
    );
    expect(text).toMatch(/\| not-run \| not measured \|/);
    expect(text).toContain('- +1:01 ada noted:');
    expect(text).toContain('### Recovery');
  });
});

const XSD = fileURLToPath(new URL('./junit-schema/junit-10.xsd', import.meta.url));
const hasXmllint = spawnSync('xmllint', ['--version']).status === 0;

describe('the JUnit report', () => {
  it.runIf(hasXmllint)('is valid by the schema of the xUnit plugin', () => {
    const interrupted: Run = { ...recovered, verdict: 'interrupted' };
    for (const run of [recovered, refused, interrupted, { ...recovered, verdict: null }]) {
      const input = render(run, 'junit');
      execFileSync('xmllint', ['--noout', '--nonet', '--schema', XSD, '-'], { input, stdio: 'pipe' });
    }
  });

  it('has a case for the verdict, each activity and each reversal, and counts them', () => {
    const xml = render(recovered, 'junit');
    const cases = xml.match(/<testcase /g) ?? [];
    expect(xml).toContain(`tests="${cases.length}"`);
    expect(xml).toContain('name="reverted: fault-1"');
    expect(render(refused, 'junit')).toContain('<skipped type="not-run" message="not-run:');
  });
});
