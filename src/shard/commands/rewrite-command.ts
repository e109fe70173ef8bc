import type { CommandHandler } from './running-command.js';

/** Changes what is stored of series, and says what came of it. */
export const beginRewrite: CommandHandler<'rewrite'> = ({ request }, { jobs: { rewrites } }) => {
  const rewrite = rewrites.add(request);
  return {
    step: () => 0,
    get result() {
      return rewrite.phase === 'done' ? rewrite.result : undefined;
    },
  };
};
