import { z } from 'zod';
import { formatTime } from '../../time/format-time.js';
import { defineCall } from '../call/call.js';
import { queryParameter } from '../parameter/parameter.js';
import type { KeptSnapshot } from '../ports.js';
import { TIMESTAMP } from '../schema/answers.js';

const NAME_WANTED = 'a name of 1 to 64 letters, digits, `-`, `_` and `.`, not beginning with a dot';

const NAME = z.string().regex(/^[A-Za-z0-9_-][A-Za-z0-9._-]{0,63}$/, { error: NAME_WANTED });

const NEW_NAME = NAME.optional().meta({
  description: 'What the snapshot is called: a folder below `snapshotDir`. The time where it is not given.',
  examples: ['before-upgrade'],
});

const KEPT = z.object({
  name: z.string(),
  path: z.string().meta({ description: 'Where it lies on the machine of the engine.' }),
  bytes: z.int(),
  whole: z.boolean().meta({ description: 'False: a crash cut it short, and it is no backup.' }),
  taken: TIMESTAMP,
});

const KEPT_EXAMPLE = {
  name: 'before-upgrade',
  path: '/var/lib/millrace/snapshots/before-upgrade',
  bytes: 1_234_567_168,
  whole: true,
  taken: '2024-01-31T10:15:30.25Z',
};

const keptAnswer = ({ name, path, bytes, isWhole, takenMs }: KeptSnapshot): z.infer<typeof KEPT> => ({
  name,
  path,
  bytes,
  whole: isWhole,
  taken: formatTime(Math.floor(takenMs)),
});

export const snapshotCall = defineCall({
  method: 'POST',
  path: '/api/v1/snapshot',
  access: 'admin',
  group: 'Health and operation',
  summary: 'Takes a backup while the engine runs',
  description:
    'A data folder of its own, as of one moment over all shards: a batch is in it as a whole or not at all, and all that was acknowledged before the call. Points go on meanwhile. Answers when it is whole and on disk; restore it with `millrace restore`.',
  parameters: { name: queryParameter('name', NEW_NAME) },
  body: { schema: z.strictObject({ name: NEW_NAME }), example: { name: 'before-upgrade' }, isOptional: true },
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
  handler: async ({ edge, values, body: asked, answer }) => {
    const { name, path, bytes, shards, heldMs, durationMs } = await edge.snapshots.takeSnapshot(
      values.name ?? asked.name,
    );
    answer({ name, path, bytes, shards, held_ms: round(heldMs), duration_ms: round(durationMs) });
  },
});

/** What is kept, since nothing removes it but this. */
export const snapshotListCall = defineCall({
  method: 'GET',
  path: '/api/v1/snapshot',
  access: 'admin',
  group: 'Health and operation',
  summary: 'Lists the backups that lie where the engine makes them',
  answer: {
    schema: z.object({ snapshots: z.array(KEPT) }),
    example: { snapshots: [KEPT_EXAMPLE] },
  },
  handler: ({ edge, answer }) => answer({ snapshots: edge.snapshots.listSnapshots().map(keptAnswer) }),
});

export const snapshotDeleteCall = defineCall({
  method: 'DELETE',
  path: '/api/v1/snapshot',
  access: 'admin',
  group: 'Health and operation',
  summary: 'Removes one of these backups',
  parameters: { name: queryParameter('name', NAME.meta({ examples: ['before-upgrade'] })) },
  answer: { schema: z.object({ removed: KEPT }), example: { removed: KEPT_EXAMPLE } },
  handler: async ({ edge, values, answer }) =>
    answer({ removed: keptAnswer(await edge.snapshots.removeSnapshot(values.name)) }),
});

const round = (ms: number): number => Math.round(ms * 10) / 10;
