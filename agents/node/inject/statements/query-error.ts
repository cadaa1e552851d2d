import type { FaultPosition } from '../../../contract/index.ts';
import type { Hindrance } from '../../instrument/pg-statements.ts';
import type { Share } from '../share.ts';

/**
 * The statement fails with that SQLSTATE. `before`: the server never sees it, so that a transaction which it was part of
 * is not broken over there; `after`: it is carried out, and its caller cannot know.
 */
export function queryError(
  share: Share,
  { sqlstate, message }: { sqlstate: string; message: string },
  position: FaultPosition,
): Hindrance {
  return (submission) => {
    const strike = share.strike(submission.span, 0);
    if (strike === null) return submission.send();
    strike.done();
    const error = submission.error(sqlstate, message);
    if (position === 'before') return error;
    submission.failAfter(error);
    return submission.send();
  };
}
