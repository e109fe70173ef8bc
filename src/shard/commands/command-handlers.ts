import { beginCut } from './cut-command.js';
import { beginFlush } from './flush-command.js';
import { beginRewrite } from './rewrite-command.js';
import type { CommandHandler } from './running-command.js';
import type { CommandKind } from './shard-command.js';
import { beginSweep } from './sweep-command.js';

/** What a shard does for each kind of command. */
export const COMMAND_HANDLERS: { readonly [K in CommandKind]: CommandHandler<K> } = {
  cut: beginCut,
  flush: beginFlush,
  sweep: beginSweep,
  rewrite: beginRewrite,
};
