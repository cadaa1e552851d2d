import { assertNever } from '@stormglass/agents/contract';
import type { Run, Verdict } from '../contract/index.ts';
import { MEANING } from './words.ts';

interface Case {
  name: string;
  outcome: 'ok' | 'failure' | 'error' | 'skipped';
  message: string;
}

/**
 * A run as JUnit XML: one case for the verdict, one for each activity that ended and each fault's reversal. What the system
 * did wrong is a failure, what kept the run from finding out is an error, a closed gate is skipped.
 * `degraded-recovered` is a success here: that is what an experiment with a fault and a budget asks for.
 */
export function renderJUnit(run: Run): string {
  const cases = [verdictCase(run), ...eventCases(run)];
  const count = (outcome: Case['outcome']): number => cases.filter((one) => one.outcome === outcome).length;
  const time = ((run.endedAt ?? run.startedAt) - run.startedAt) / 1000;
  const attributes =
    `name="${escapeXml(run.experiment.title)}" tests="${cases.length}" failures="${count('failure')}" ` +
    `errors="${count('error')}" skipped="${count('skipped')}" time="${time.toFixed(3)}" ` +
    `timestamp="${new Date(run.startedAt).toISOString()}"`;
  const body = cases.map((one) => caseXml(run, one)).join('\n');
  const head = '<?xml version="1.0" encoding="UTF-8"?>';
  return `${head}\n<testsuites>\n<testsuite ${attributes}>\n${body}\n</testsuite>\n</testsuites>\n`;
}

function verdictCase(run: Run): Case {
  const { verdict, why } = run;
  if (verdict === null) return { name: 'verdict', outcome: 'error', message: 'the run has not ended' };
  const message = `${verdict}: ${why || MEANING[verdict]}`;
  return { name: 'verdict', outcome: outcomeOf(verdict), message };
}

function outcomeOf(verdict: Verdict): Case['outcome'] {
  switch (verdict) {
    case 'passed':
    case 'degraded-recovered':
      return 'ok';
    case 'deviated':
    case 'revert-failed':
      return 'failure';
    case 'not-run':
      return 'skipped';
    case 'injection-failed':
    case 'inconclusive':
    case 'aborted':
    case 'interrupted':
    case 'invalid':
      return 'error';
    default:
      return assertNever(verdict);
  }
}

function eventCases(run: Run): Case[] {
  return run.events.flatMap((event): Case[] => {
    if (event.type === 'activity-ended') {
      const outcome = event.ok ? 'ok' : 'failure';
      return [{ name: `${event.kind}: ${event.name}`, outcome, message: event.output }];
    }
    if (event.type === 'fault-ended') {
      const outcome = event.reverted ? 'ok' : 'failure';
      return [{ name: `reverted: ${event.faultId}`, outcome, message: event.readBack }];
    }
    return [];
  });
}

function caseXml(run: Run, { name, outcome, message }: Case): string {
  const head = `<testcase classname="${escapeXml(run.experimentId)}" name="${escapeXml(name)}">`;
  const text = escapeXml(message);
  const inner =
    outcome === 'ok'
      ? `<system-out>${text}</system-out>`
      : `<${outcome} type="${escapeXml(run.verdict ?? 'running')}" message="${text}"></${outcome}>`;
  return `${head}${inner}</testcase>`;
}

/** Escapes for attributes and text; characters XML 1.0 cannot hold become U+FFFD. */
function escapeXml(text: string): string {
  return [...text]
    .map((char) => {
      const code = char.codePointAt(0) ?? 0;
      const allowed =
        code === 9 || code === 10 || code === 13 || (code >= 32 && code < 0xfffe) || code > 0xffff;
      if (!allowed || (code >= 0xd800 && code <= 0xdfff)) return '\ufffd';
      return ENTITIES[char] ?? char;
    })
    .join('');
}

const ENTITIES: Record<string, string> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  '\n': '&#10;',
};
