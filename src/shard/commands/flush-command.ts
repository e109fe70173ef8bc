import type { CommandHandler } from './running-command.js';

/** Stores everything that came before the command, and says up to which generation. */
export const beginFlush: CommandHandler<'flush'> = (_command, engine) => {
  const generation = engine.flushSoon();
  return {
    step: () => 0,
    get result() {
      return engine.storedGeneration >= generation ? { generation } : undefined;
    },
  };
};
