import type { ExperimentSpec, RunSummary } from '@stormglass/chaos/contract';
import { faultLines } from '../../ui/fault-lines.ts';

export interface ExperimentCard {
  id: string;
  title: string;
  story: string;
  /** One of the ten that come first. */
  preset: boolean;
  tags: string[];
  /** What it will hurt, a line each fault. */
  hurts: string[];
  /** What an unprotected run goes without, and what is then to be seen; a line each. */
  without: string[];
  /** What aborts it. */
  guards: string[];
  last: RunSummary | null;
}

const PRESET = 'preset';

/** The library, each experiment with its newest run; presets first, then in the order of the files. */
export function experimentCards(
  experiments: readonly { id: string; spec: ExperimentSpec }[],
  runs: readonly RunSummary[],
): ExperimentCard[] {
  const cards = experiments.map(({ id, spec }) => {
    const mine = runs.filter((r) => r.experimentId === id).sort((a, b) => b.startedAt - a.startedAt);
    return {
      id,
      title: spec.title,
      story: spec.story || spec.description,
      preset: spec.tags.includes(PRESET),
      tags: spec.tags.filter((tag) => tag !== PRESET),
      hurts: faultLines(spec),
      without: spec.ablations.map((a) => `Without ${a.protection} in ${a.service}: ${a.hurts}`),
      guards: spec.guards.map((g) => g.name),
      last: mine[0] ?? null,
    };
  });
  return [...cards.filter(({ preset }) => preset), ...cards.filter(({ preset }) => !preset)];
}

/** Cards in which each word of `find` stands somewhere. */
export function found(cards: readonly ExperimentCard[], find: string): ExperimentCard[] {
  const words = find.toLowerCase().split(/\s+/).filter(Boolean);
  return cards.filter((card) => {
    const { id, title, story, tags, hurts, without } = card;
    const text = [id, title, story, ...tags, ...hurts, ...without, card.preset ? PRESET : '']
      .join('\n')
      .toLowerCase();
    return words.every((word) => text.includes(word));
  });
}
