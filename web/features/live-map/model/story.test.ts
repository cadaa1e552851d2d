import { emptyTimeline, sketchIndex, type Timeline, type TrafficCell } from '@stormglass/agents/contract';
import { describe, expect, it } from 'vitest';
import { breakerMove, breakerSample, faultInterval, trafficCell } from '../../../live/testing/telemetry.ts';
import { storyAt } from './story.ts';

const S = 1_800_000_000;
const AT = S * 1000 + 999;
const FROM = AT - 300_000;

const served = (change: Partial<TrafficCell> = {}) =>
  trafficCell({ second: S, service: 'gateway', ...change });
const FAULT = faultInterval(AT - 10_000, { runId: '214', firstEffectAt: AT - 9_000 });
const OVER = { ...FAULT, endedAt: AT - 2_000 };

function timeline(change: Partial<Timeline>): Timeline {
  return { ...emptyTimeline(), traffic: [served()], ...change };
}

/** Each of the three answers as it is read. */
function told(shown: Timeline, at = AT) {
  const { broke, cost, over } = storyAt(shown, at, FROM);
  const text = ({ strong, words }: typeof broke) => `${strong}${words}`;
  return { broke: text(broke), cost: text(cost), over: text(over) };
}

describe('storyAt', () => {
  it('says that all is well when nothing is wrong', () => {
    expect(told(timeline({}))).toEqual({
      broke: 'Nothing armed, no breaker open',
      cost: '0 of 10 answers hurt',
      over: 'All is well: answers in band',
    });
  });

  it('names the fault, what it cost and that it is not over', () => {
    expect(told(timeline({ faults: [FAULT], traffic: [served({ errors: 4 })] }))).toMatchObject({
      broke: 'payments, latency 3.5 s on 80 % of calls, run #214',
      cost: '4 of 10 answers hurt',
      over: expect.stringMatching(/^No, 40 % of answers hurt, fault ends in/),
    });
  });

  it('calls it mitigated when answers are good while the fault is still on', () => {
    expect(told(timeline({ faults: [FAULT] })).over).toMatch(/^Mitigated, fault ends in/);
  });

  it('never says that every breaker is closed while somebody holds one open', () => {
    const story = told(timeline({ transitions: [breakerMove(AT - 5_000, 'closed', 'forced_open')] }));
    expect(story.broke).toBe('orders → payments, breaker forced open, not chaos');
    expect(story.over).toMatch(/^Almost/);
  });

  it('names the slow service when nothing is armed', () => {
    const durations: TrafficCell['durations'] = [[sketchIndex(4_000), 10]];
    expect(told(timeline({ traffic: [served({ durations })] })).broke).toContain('nothing armed');
  });

  it('says yes only on answers that were seen after the fault', () => {
    expect(told(timeline({ faults: [OVER] })).over).toBe('Yes: in band, all closed');
  });

  it.each([
    ['over', OVER],
    ['mitigated', FAULT],
  ])('does not call a fault %s when nobody calls', (_, fault) => {
    const quiet = timeline({ faults: [fault], traffic: [], breakers: [breakerSample(AT - 500)] });
    expect(told(quiet)).toMatchObject({
      over: expect.stringMatching(/^Unknown: no answers/),
      cost: 'Unknown: no answers',
    });
  });

  it.each([
    ['over', OVER],
    ['mitigated', FAULT],
  ])('does not call a fault %s on old data, and tells its age', (_, fault) => {
    const late = AT + 42_000;
    const still = { ...fault, expiresAt: late + 9_000 };
    expect(told(timeline({ faults: [still] }), late).over).toMatch(
      /^Unknown: the newest data is 4\d\.\d s old/,
    );
  });

  it('does not call it well on old data, nor without any', () => {
    expect(told(timeline({}), AT + 60_000)).toMatchObject({
      broke: 'Unknown, nothing armed',
      over: 'Unknown: the newest data is 60.0 s old',
    });
    expect(told(emptyTimeline()).over).toBe('Unknown: no data in this range');
  });

  it('takes few answers for what they are while calls are rare', () => {
    expect(told(timeline({ breakers: [breakerSample(AT + 20_000)] }), AT + 20_000).over).toMatch(
      /^All is well/,
    );
  });
});
