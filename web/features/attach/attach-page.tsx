'use client';
import type { Answer } from '../../live/answers.ts';
import { useUrlState } from '../../live/url-state.ts';
import { CopyButton } from '../../ui/copy-button.tsx';
import { list } from '../../ui/list.ts';
import { Band, Page } from '../../ui/page.tsx';
import { QueryState } from '../../ui/query-state.tsx';
import { RangeLink } from '../../ui/range-link.tsx';
import { SegmentedControl } from '../../ui/segmented-control.tsx';
import { Arrival } from './arrival.tsx';
import styles from './attach.module.css';
import { DEFAULT_NAME, isName } from './name.ts';
import { type Snippet, snippets } from './snippets.ts';
import { useAttach, useWaiting } from './use-waiting.ts';

function NameField({ typed, onType }: { typed: string; onType: (name: string) => void }) {
  const valid = typed === '' || isName(typed);
  return (
    <label className={`${list.label} ${styles.name}`}>
      Name on the map
      <input
        className={`${list.field} mono`}
        value={typed}
        placeholder={DEFAULT_NAME}
        spellCheck={false}
        autoComplete="off"
        maxLength={100}
        aria-invalid={!valid}
        onChange={(event) => onType(event.target.value)}
      />
      <span className={valid ? 'ink3' : 'failing'}>
        {valid ? 'OTEL_SERVICE_NAME' : 'Letters, digits, dots, dashes and underscores only.'}
      </span>
    </label>
  );
}

function Language({ all, shown, choose }: { all: Snippet[]; shown: Snippet; choose: (id: string) => void }) {
  return (
    <>
      <div className={styles.pick}>
        <SegmentedControl
          label="Language"
          size="sm"
          options={all.map((s) => ({ value: s.id, label: s.title }))}
          value={shown.id}
          onChange={choose}
        />
        <CopyButton key={shown.id} text={shown.code} name={shown.title} />
      </div>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: long lines scroll, so the keyboard must reach them */}
      <pre className={styles.snippet} tabIndex={0}>
        {shown.code}
      </pre>
      <p className="ink2">{shown.gives}</p>
    </>
  );
}

function Steps({ view }: { view: Answer<'attach'> }) {
  const [typed, setTyped] = useUrlState<string>('service', '');
  const [language, setLanguage] = useUrlState<string>('language', 'node');
  const service = isName(typed) ? typed : DEFAULT_NAME;
  const waiting = useWaiting(service, view);
  const all = snippets({ ...waiting.addresses, hub: window.location.origin, service });
  const shown = all.find((s) => s.id === language) ?? all[0];
  return (
    <div className={styles.steps}>
      <div>
        <Band title="1. Name it">
          <NameField typed={typed} onType={setTyped} />
        </Band>
        <Band title="2. Start it with these lines" about="real addresses of this installation">
          {shown ? <Language all={all} shown={shown} choose={setLanguage} /> : null}
        </Band>
      </div>
      <Band title="3. Wait for its first span">
        <Arrival service={service} waiting={waiting} choose={setTyped} />
      </Band>
    </div>
  );
}

/** /attach: how to attach a service of one's own, and whether it has come. */
export function AttachPage() {
  const view = useAttach();
  return (
    <Page
      title="Attach your service"
      about="any OpenTelemetry SDK will do; the agent for Node can be hurt as well"
      actions={<RangeLink href="/agents">All agents</RangeLink>}
    >
      <QueryState query={view} rows={8}>
        {(data) => <Steps view={data} />}
      </QueryState>
    </Page>
  );
}
