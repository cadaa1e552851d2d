import type { DraftProblem } from '../../../live/editor-answers.ts';
import { plural } from '../../../ui/format.ts';
import { CheckIcon } from '../../../ui/icons.tsx';
import styles from '../editor.module.css';

interface Props {
  /** Null until the first answer. */
  problems: readonly DraftProblem[] | null;
  /** The answer is about a text before this one. */
  stale: boolean;
  goTo: (line: number | null, column: number | null) => void;
}

/** What is wrong with the text, each leading to its place. */
export function ProblemsSection({ problems, stale, goTo }: Props) {
  const words =
    problems === null ? 'Checking' : problems.length === 0 ? 'Valid' : plural(problems.length, 'problem');
  return (
    <section aria-label="Validation">
      <h2 className={problems && problems.length > 0 ? 'failing' : undefined}>
        {problems?.length === 0 ? <CheckIcon /> : null} <span role="status">{words}</span>
        {stale ? <span className="ink3 cap"> checking again</span> : null}
      </h2>
      <ul>
        {problems?.map(({ code, path, line, column, message, next }) => (
          <li key={`${path}${line}${message}`}>
            <button type="button" className={styles.problem} onClick={() => goTo(line, column)}>
              {line === null ? null : <span className="ink3">{`${line}:${column} `}</span>}
              {code === 'syntax' ? null : <b className="mono">{path}</b>} {message}
              <span className="ink3"> {next}</span>
            </button>
          </li>
        ))}
      </ul>
    </section>
  );
}
