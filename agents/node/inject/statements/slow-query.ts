import type { Hindrance } from '../../instrument/pg-statements.ts';
import type { Share } from '../share.ts';

/** The statement is sent `ms` after its turn, or when the lease ends. Its connection is taken meanwhile. */
export function slowQuery(share: Share, { ms }: { ms: number }): Hindrance {
  return (submission) => {
    const strike = share.strike(submission.span, ms);
    if (strike === null) return submission.send();
    strike.wait(ms).then(() => {
      strike.done();
      submission.sendLate();
    });
    return null;
  };
}
