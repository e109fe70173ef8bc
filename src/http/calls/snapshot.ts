import { z } from 'zod';
import { defineCall } from '../call/call.js';
import { queryParameter } from '../parameter/parameter.js';

const NAME_WANTED = 'a name of 1 to 64 letters, digits, `-`, `_` and `.`, not beginning with a dot';

const NAME = z
  .string()
  .regex(/^[A-Za-z0-9_-][A-Za-z0-9._-]{0,63}$/, { error: NAME_WANTED })
  .optional()
  .meta({
    description: 'What the snapshot is called: a folder below `snapshotDir`. The time where it is not given.',
    examples: ['before-upgrade'],
  });

export const snapshotCall = defineCall({
  method: 'POST',
  path: '/api/v1/snapshot',
  access: 'admin',
  group: 'Health and operation',
  summary: 'Takes a backup while the engine runs',
  description:
    'A data folder of its own, as of one moment over all shards: a batch is in it as a whole or not at all, and all that was acknowledged before the call. Points go on meanwhile. Answers when it is whole and on disk; restore it with `millrace restore`.',
  parameters: { name: queryParameter('name', NAME) },
  answer: {
    schema: z.looseObject({
      name: z.string(),
      path: z.string().meta({ description: 'Where it lies on the machine of the engine.' }),
      bytes: z.int(),
      shards: z.int(),
      held_ms: z.number().meta({ description: 'How long the slowest shard took no points.' }),
      duration_ms: z.number(),
    }),
    example: {
      name: '2024-01-31T10-15-30-250Z',
      path: '/var/lib/millrace/snapshots/2024-01-31T10-15-30-250Z',
      bytes: 1_234_567_168,
      shards: 3,
      held_ms: 1.5,
      duration_ms: 8_120,
    },
  },
  problems: [507],
  handler: async ({ edge, values, answer }) => {
    const { name, path, bytes, shards, heldMs, durationMs } = await edge.snapshots.takeSnapshot(values.name);
    answer({ name, path, bytes, shards, held_ms: round(heldMs), duration_ms: round(durationMs) });
  },
});

const round = (ms: number): number => Math.round(ms * 10) / 10;
