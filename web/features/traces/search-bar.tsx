'use client';
import { useEffect, useId, useRef, useState } from 'react';
import { SearchIcon } from '../../ui/icons.tsx';
import { completions, parseTraceQuery, type QueryProblem } from './query.ts';
import styles from './search.module.css';

interface Known {
  services: readonly string[];
  operations: readonly string[];
  faults: readonly string[];
}

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
  options: string[];
  active: number;
  choose: (option: string) => void;
}

function Completions({ id, options, active, choose }: ListProps) {
  return (
    <div className={styles.options} id={id} role="listbox" aria-label="Completions">
      {options.map((option, i) => (
        <div
          key={option}
          id={`${id}-${i}`}
          role="option"
          tabIndex={-1}
          aria-selected={i === active}
          className={styles.option}
          // Before blur, so that the field keeps the focus.
          onMouseDown={(e) => {
            e.preventDefault();
            choose(option);
          }}
        >
          {option}
        </div>
      ))}
    </div>
  );
}

/** Draft text of the field; what parses is handed on a moment after the last key. */
function useDraft(committed: string, commit: (text: string) => void) {
  const [draft, setDraft] = useState(committed);
  const [seen, setSeen] = useState(committed);
  if (committed !== seen) {
    setSeen(committed);
    if (committed !== draft.trim()) setDraft(committed);
  }
  const latest = useRef(commit);
  latest.current = commit;
  useEffect(() => {
    if (draft.trim() === committed || !parseTraceQuery(draft).ok) return;
    const timer = setTimeout(() => latest.current(draft.trim()), 350);
    return () => clearTimeout(timer);
  }, [draft, committed]);
  return [draft, setDraft] as const;
}

interface Props {
  value: string;
  known: Known;
  onChange: (text: string) => void;
  onTraceId: (id: string) => void;
}

/** The search field: keys and values are completed, and a mistake is pointed at under its place. */
export function SearchBar({ value, known, onChange, onTraceId }: Props) {
  const [draft, setDraft] = useDraft(value, onChange);
  const [open, setOpen] = useState(false);
  const [active, setActive] = useState(-1);
  const field = useRef<HTMLInputElement>(null);
  const id = useId();
  const parsed = parseTraceQuery(draft);
  const caret = field.current?.selectionStart ?? draft.length;
  const offered = completions(draft, Math.min(caret, draft.length), known);
  const shown = open && offered.options.length > 0;
  const problem = !parsed.ok && !shown ? parsed.problem : null;

  const choose = (option: string) => {
    const end = Math.min(caret, draft.length);
    const tail = /[=<>]$/.test(option) ? '' : ' ';
    setDraft(`${draft.slice(0, offered.from)}${option}${tail}${draft.slice(end).trimStart()}`);
    setActive(-1);
  };
  const submit = () => {
    setOpen(false);
    if (parsed.ok && parsed.traceId) onTraceId(parsed.traceId);
    else if (parsed.ok) onChange(draft.trim());
  };
  const onKeyDown = (e: React.KeyboardEvent) => {
    const count = offered.options.length;
    const pick = offered.options[active];
    if (e.key === 'ArrowDown' && count > 0) setActive((a) => (a + 1) % count);
    else if (e.key === 'ArrowUp' && count > 0) setActive((a) => (a <= 0 ? count - 1 : a - 1));
    else if (e.key === 'Enter') shown && pick ? choose(pick) : submit();
    else if (e.key === 'Tab' && shown && pick) choose(pick);
    else if (e.key === 'Escape') setOpen(false);
    else return;
    if (e.key !== 'Escape') e.preventDefault();
  };
  return (
    <div className={styles.bar}>
      <div className={styles.field} data-wrong={problem ? '' : undefined}>
        <SearchIcon />
        <input
          ref={field}
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
          placeholder="service=orders status=error duration>500ms http.route=/charges"
          onChange={(e) => {
            setDraft(e.target.value);
            setOpen(true);
            setActive(-1);
          }}
          onFocus={() => setOpen(true)}
          onBlur={() => setOpen(false)}
          onKeyDown={onKeyDown}
        />
        {shown ? (
          <Completions id={`${id}-list`} options={offered.options} active={active} choose={choose} />
        ) : null}
      </div>
      {problem ? <ProblemNote problem={problem} id={`${id}-problem`} /> : null}
    </div>
  );
}
