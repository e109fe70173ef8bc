import { MillraceError } from '../../errors.js';
import { ANSWER_BYTES_MAX } from '../limits.js';

/** What somebody is told whose answer is longer than an answer may be. */
export const answerTooBig = (): MillraceError =>
  new MillraceError(
    'MR_QUERY_TOO_BIG',
    `The query has an answer of more than ${ANSWER_BYTES_MAX / 2 ** 20} MiB. Ask for a longer window, a shorter range (start, end), fewer series (host=, match=) or fewer groups (group_by=).`,
  );
