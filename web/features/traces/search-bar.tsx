'use client';
import { useEffect, useId, useRef, useState } from 'react';
import { count } from '../../ui/format.ts';
import { SearchIcon } from '../../ui/icons.tsx';
import { type AskedRange, useStored } from './attribute-queries.ts';
import { askAt, type Known, type Suggestion, suggestions } from './completion.ts';
import { parseTraceQuery, type QueryProblem } from './query.ts';
import styles from './search.module.css';

function ProblemNote({ problem, id }: { problem: QueryProblem; id: string }) {
  const length = Math.max(1, problem.end - problem.start);
  return (
    <div className={styles.problem} id={id} role="alert">
      <span className={styles.caret} style={{ marginLeft: `${problem.start}ch` }} aria-hidden="true">
        {'^'.repeat(Math.min(60, length))}
      </span>
      <span className={styles.problemText}>
        <b>{problem.message}</b> {problem.next}
      </span>
    </div>
  );
}

interface ListProps {
  id: string;
  options: readonly Suggestion[];
  active: number;
  choose: (option: string) => void;
}

function Completions({ id, options, active, choose }: ListProps) {
  return (
    <div className={styles.options} id={id} role="listbox" aria-label="Completions">
      {options.map(({ text, about, count: spans }, i) => (
        <div
          key={text}
          id={`${id}-${i}`}
          role="option"
          tabIndex={-1}
          aria-selected={i === active}
          className={styles.option}
          // Before blur, so that the field keeps the focus.
          onMouseDown={(e) => {
            e.preventDefault();
            choose(text);
          }}
        >
          <span>{text}</span>
          <span className={styles.optionAbout}>
            {[about, spans === null ? '' : `${count(spans)} ${spans === 1 ? 'span' : 'spans'}`]
              .filter((part) => part !== '')
              .join(' · ')}
          </span>
        </div>
      ))}
    </div>
  );
}

/** Draft text of the field; follows what was committed elsewhere. */
function useDraft(committed: string) {
  const [draft, setDraft] = useState(committed);
  const [seen, setSeen] = useState(committed);
  if (committed !== seen) {
    setSeen(committed);
    if (committed !== draft.trim()) setDraft(committed);
  }
  return [draft, setDraft] as const;
}

/** What parses is handed on a moment after the last key; a word that may still become a key is not. */
function useCommit(draft: string, committed: string, completing: boolean, commit: (text: string) => void) {
  const latest = useRef(commit);
  latest.current = commit;
  useEffect(() => {
    if (completing || draft.trim() === committed || !parseTraceQuery(draft).ok) return;
    const timer = setTimeout(() => latest.current(draft.trim()), 350);
    return () => clearTimeout(timer);
  }, [draft, committed, completing]);
}

interface Props {
  value: string;
  known: Known;
  range: AskedRange;
  onChange: (text: string) => void;
  onTraceId: (id: string) => void;
}

/** The list of completions: what it offers at the caret, and which line of it is chosen. */
function useCompletions(draft: string, caret: number, { known, range }: Pick<Props, 'known' | 'range'>) {
  const [open, setOpen] = useState(false);
  // An empty place offers everything, to who asks with the down arrow.
  const [asked, setAsked] = useState(false);
  const [active, setActive] = useState(-1);
  const ask = askAt(draft, Math.min(caret, draft.length));
  const quiet = ask.kind === 'key' && ask.typed === '' && !ask.has && !asked;
  const stored = useStored(ask, range, open && !quiet);
  const options = open && !quiet ? suggestions(ask, known, stored) : [];
  return {
    from: ask.from,
    options,
    active: Math.min(active, options.length - 1),
    move: (by: 1 | -1) => {
      const { length } = options;
      if (length > 0) setActive((a) => (by > 0 ? (a + 1) % length : a <= 0 ? length - 1 : a - 1));
      else setAsked(true);
      setOpen(true);
    },
    show: () => setOpen(true),
    typed: () => {
      setOpen(true);
      setAsked(false);
      setActive(-1);
    },
    close: () => {
      setOpen(false);
      setAsked(false);
      setActive(-1);
    },
  };
}

/** The search field: keys and values are completed, and a mistake is pointed at under its place. */
export function SearchBar({ value, known, range, onChange, onTraceId }: Props) {
  const [draft, setDraft] = useDraft(value);
  const [caret, setCaret] = useState(value.length);
  const id = useId();
  const parsed = parseTraceQuery(draft);
  const list = useCompletions(draft, caret, { known, range });
  const { options, active } = list;
  const shown = options.length > 0;
  useCommit(draft, value, shown, onChange);
  const problem = !parsed.ok && !shown ? parsed.problem : null;

  const choose = (option: string) => {
    const end = Math.min(caret, draft.length);
    const before = `${draft.slice(0, list.from)}${option}${/[=<>]$/.test(option) ? '' : ' '}`;
    setDraft(`${before}${draft.slice(end).trimStart()}`);
    setCaret(before.length);
    list.typed();
  };
  const submit = () => {
    list.close();
    if (parsed.ok && parsed.traceId) onTraceId(parsed.traceId);
    else if (parsed.ok) onChange(draft.trim());
  };
  const onKeyDown = (e: React.KeyboardEvent) => {
    const pick = options[active]?.text;
    if (e.key === 'ArrowDown') list.move(1);
    else if (e.key === 'ArrowUp' && shown) list.move(-1);
    else if (e.key === 'Enter') pick === undefined ? submit() : choose(pick);
    else if (e.key === 'Tab' && pick !== undefined) choose(pick);
    else if (e.key === 'Escape') list.close();
    else return;
    if (e.key !== 'Escape') e.preventDefault();
  };
  return (
    <div className={styles.bar}>
      <div className={styles.field} data-wrong={problem ? '' : undefined}>
        <SearchIcon />
        <input
          value={draft}
          spellCheck={false}
          autoComplete="off"
          role="combobox"
          aria-label="Search traces"
          aria-expanded={shown}
          aria-controls={`${id}-list`}
          aria-activedescendant={shown && active >= 0 ? `${id}-list-${active}` : undefined}
          aria-invalid={problem !== null}
          aria-describedby={problem ? `${id}-problem` : undefined}
          placeholder="service=orders status=error duration>500ms http.route=/charges, or any word"
          onChange={(e) => {
            setDraft(e.target.value);
            setCaret(e.target.selectionStart ?? e.target.value.length);
            list.typed();
          }}
          onSelect={(e) => setCaret(e.currentTarget.selectionStart ?? draft.length)}
          onFocus={list.show}
          onBlur={list.close}
          onKeyDown={onKeyDown}
        />
        {shown ? <Completions id={`${id}-list`} options={options} active={active} choose={choose} /> : null}
      </div>
      {problem ? <ProblemNote problem={problem} id={`${id}-problem`} /> : null}
    </div>
  );
}
