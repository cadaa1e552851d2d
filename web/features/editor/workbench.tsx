'use client';
import { useEffect, useMemo, useRef, useState } from 'react';
import type { JsonSchema } from '../../live/json-schema.ts';
import { useUrlState } from '../../live/url-state.ts';
import { Button } from '../../ui/button.tsx';
import { ConfirmButton } from '../../ui/confirm-button.tsx';
import { CopyButton } from '../../ui/copy-button.tsx';
import { download } from '../../ui/download.ts';
import { ErrorNote } from '../../ui/error-note.tsx';
import { SegmentedControl } from '../../ui/segmented-control.tsx';
import { DryRunSection } from './checks/dry-run-section.tsx';
import { ProblemsSection } from './checks/problems-section.tsx';
import { RunSection } from './checks/run-section.tsx';
import styles from './editor.module.css';
import { FormPane } from './form/form-pane.tsx';
import { fileName } from './origin.ts';
import { useCheck, useDryRun, useNames } from './queries.ts';
import { isRecord } from './schema.ts';
import { readText } from './text/read.ts';
import type { Draft } from './use-draft.ts';
import { type YamlHandle, YamlPane } from './yaml/yaml-pane.tsx';

/** A pause in typing, after which the server is asked. */
const PAUSE_MS = 300;

function usePaused(text: string): string {
  const [paused, setPaused] = useState(text);
  useEffect(() => {
    const timer = setTimeout(() => setPaused(text), PAUSE_MS);
    return () => clearTimeout(timer);
  }, [text]);
  return paused;
}

const VIEWS = [
  { value: 'both', label: 'Both' },
  { value: 'form', label: 'Form' },
  { value: 'yaml', label: 'YAML' },
] as const;
type View = (typeof VIEWS)[number]['value'];

function Tools({ draft, title }: { draft: Draft; title: unknown }) {
  const [view, setView] = useUrlState<View>('view', 'both');
  const file = fileName(title);
  return (
    <div className={styles.tools}>
      <SegmentedControl label="Shown" options={VIEWS} value={view} onChange={setView} size="sm" />
      <Button size="sm" onClick={() => download(file, draft.text, 'application/yaml')}>
        Save {file}
      </Button>
      <CopyButton text={draft.text} name="the text" />
      {draft.changed ? (
        <ConfirmButton size="sm" ask="Press again to lose the changes" onConfirm={draft.startAgain}>
          Start again
        </ConfirmButton>
      ) : null}
      <span className="cap ink3" role="status">
        {draft.says}
      </span>
    </div>
  );
}

/** Form, text and what they come to, over one draft. */
export function Workbench({ draft, schema }: { draft: Draft; schema: JsonSchema }) {
  const { text, change } = draft;
  const [view] = useUrlState<View>('view', 'both');
  const yaml = useRef<YamlHandle>(null);
  const names = useNames();
  const asked = usePaused(text);
  const check = useCheck(asked);
  const current = check.data?.text === text ? check.data : null;
  const valid = current !== null && current.problems.length === 0;
  const dry = useDryRun(asked, valid && asked === text);
  const value = useMemo(() => readText(text).value, [text]);
  const experiment = isRecord(value) ? value : {};
  const problems = check.data?.problems ?? null;
  return (
    <>
      <Tools draft={draft} title={experiment.title} />
      <div className={styles.panes} data-view={view}>
        {view === 'yaml' ? null : (
          <div className={styles.pane}>
            <FormPane text={text} onChange={change} schema={schema} names={names} problems={problems ?? []} />
          </div>
        )}
        {view === 'form' ? null : (
          <div className={styles.pane}>
            <YamlPane
              ref={yaml}
              text={text}
              onChange={change}
              schema={schema}
              names={names}
              problems={current?.problems ?? null}
            />
          </div>
        )}
        {/* biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls, so the keyboard must reach it */}
        <aside className={styles.checks} aria-label="Checks" tabIndex={0}>
          {check.error ? <ErrorNote error={check.error} /> : null}
          <ProblemsSection
            problems={problems}
            stale={current === null && check.data !== undefined && !check.error}
            goTo={(line, column) => yaml.current?.goTo(line, column)}
          />
          <RunSection
            text={text}
            valid={valid}
            ablations={Array.isArray(experiment.ablations) && experiment.ablations.length > 0}
            refused={dry.data?.blocked?.message ?? ''}
          />
          {dry.error ? <ErrorNote error={dry.error} /> : null}
          {dry.data ? <DryRunSection dry={dry.data} old={!valid} /> : null}
        </aside>
      </div>
    </>
  );
}
