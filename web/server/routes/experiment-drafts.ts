import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { StormglassError } from '@stormglass/agents/contract';
import { ExperimentSpec } from '@stormglass/chaos/contract';
import { parseExperiment } from '@stormglass/chaos/engine';
import { z } from 'zod';
import type { DraftProblem } from '../../live/editor-answers.ts';
import type { EDITOR_API } from '../../live/editor-api.ts';
import type { JsonSchema } from '../../live/json-schema.ts';
import { dryRun } from '../runs/dry-run.ts';
import { type Handlers, type Parts, param } from './handler.ts';

export function experimentDraftRoutes(p: Parts): Pick<Handlers, keyof typeof EDITOR_API> {
  const options = { io: 'input', unrepresentable: 'any', reused: 'inline' } as const;
  const schema = z.toJSONSchema(ExperimentSpec, options) as JsonSchema;
  return {
    experimentSchema: () => schema,
    experimentSource: async (call) => sourceOf(p, param(call, 'id')),
    checkDraft: ({ input }) => check(input.text),
    dryRunDraft: ({ input }) => dryRun(p, parseExperiment(input.text)),
    runDraft: ({ input: { text, ...how }, who }) => {
      const experiment = parseExperiment(text);
      const experimentId = `draft:${slug(experiment.title)}`;
      return p.runs.startDraft({ experimentId, experiment, source: text }, how, who);
    },
  };
}

function check(text: string): { title: string | null; problems: DraftProblem[] } {
  try {
    return { title: parseExperiment(text).title, problems: [] };
  } catch (error) {
    if (!(error instanceof StormglassError)) throw error;
    return { title: null, problems: error.toBody().error.problems ?? [] };
  }
}

async function sourceOf(p: Parts, id: string): Promise<{ id: string; file: string; text: string }> {
  const { experiments, refused } = await p.runs.experiments();
  const found = [...experiments, ...refused].find((one) => one.id === id);
  if (!found) {
    throw new StormglassError('not_found', `there is no experiment ${id}`, 'See GET /api/experiments.');
  }
  const text = await readFile(found.path, 'utf8').catch((cause: unknown) => {
    throw new StormglassError(
      'not_found',
      `${basename(found.path)} cannot be read`,
      'Look whether the file is still in the folder of experiments.',
      { cause },
    );
  });
  return { id, file: basename(found.path), text };
}

/** `Charges fail!` becomes `charges-fail`. */
function slug(title: string): string {
  const words = title.toLowerCase().match(/[a-z0-9]+/g) ?? ['untitled'];
  return words.join('-').slice(0, 60);
}
