import { chainCount, copyChain } from '../../native-free-core/head/head-chain.js';
import { WORD_SLOTS } from '../../native-free-core/head/head-layout.js';
import type { ShardMap } from '../../native-free-core/series/refs.js';
import type { DurableView } from './durable-view.js';
import { law } from './sim-failure.js';
import type { SimWorker } from './sim-worker.js';

/**
 * The law of conservation for one live shard between two of its duty cycles: accepted = open + stored + expired +
 * damaged, by its counters; and each term again from what it is made of, the chains of the open state and the formats
 * on disk. A shard whose transaction waits for room has told its counters nothing yet and is passed over.
 */
export function checkShard(shard: number, map: ShardMap, worker: SimWorker, view: DurableView): void {
  const { counters, head } = worker.engine;
  const [accepted, open, stored] = [counters.get('accepted'), counters.get('open'), counters.get('stored')];
  const text = `shard ${shard} has accepted ${accepted}, open ${open}, stored ${stored}`;
  law(accepted === open + stored + counters.get('expired') + counters.get('damaged'), text);
  law(counters.get('damaged') === 0, `${text}, but nothing is damaged`);
  if (worker.engine.isStuck) return;
  law(view.storedPoints === stored, `${text}; its group records say ${view.storedPoints}`);
  law(view.segments.points === stored, `${text}; its segments hold ${view.segments.points}`);
  const [expired, gone] = [counters.get('expired'), view.losses.points];
  law(view.expiredPoints === expired, `${text}, expired ${expired}; its records say ${view.expiredPoints}`);
  law(gone === expired, `${text}, expired ${expired}; ${gone} went from its segments`);
  for (let group = map.firstGroup(shard); group < map.firstGroup(shard) + map.groupCount(shard); group++) {
    const isOpen = view.isOpen({ generation: head.generation, group, number: 0 });
    law(
      isOpen,
      `generation ${head.generation} takes points, but group ${group} has it in blocks, in part or whole`,
    );
  }
  let logged = 0;
  for (const _ of view.openPoints()) logged++;
  law(logged === open, `${text}; its log holds ${logged} that no block has`);
  let chained = 0;
  const slots = head.views.control[WORD_SLOTS]!;
  for (let slot = 0; slot < slots; slot++) {
    for (let generation = head.released + 1; generation <= head.generation; generation++) {
      const count = chainCount(head.views, slot, generation);
      if (count === 0) continue;
      const place = {
        generation,
        group: map.groupOfSlot(shard, slot),
        number: map.numberOfSlot(shard, slot),
      };
      if (view.isOpen(place)) chained += count;
    }
  }
  law(chained === open, `${text}; its chains hold ${chained} that no block has`);
}

/** The open state holds exactly what the log has and no block: after a recovery, and whenever all is quiet. */
export function checkOpenState(shard: number, worker: SimWorker, view: DurableView): void {
  const { views } = worker.engine.head;
  const wanted = new Map<string, number[]>();
  for (const { slot, generation, timeMs, value } of view.openPoints()) {
    const name = `${slot}/${generation}`;
    const points = wanted.get(name) ?? [];
    points.push(timeMs, value);
    wanted.set(name, points);
  }
  for (const [name, points] of wanted) {
    const [slot, generation] = name.split('/').map(Number) as [number, number];
    const count = chainCount(views, slot, generation);
    const times = new Float64Array(count);
    const values = new Float64Array(count);
    copyChain(views, slot, generation, count, times, values, 0);
    const found = Array.from(times).flatMap((timeMs, i) => [timeMs, values[i]!]);
    const isSame = found.length === points.length && found.every((number, i) => number === points[i]);
    law(isSame, () => `slot ${slot} of shard ${shard} holds ${found.join()}, its log ${points.join()}`);
  }
}
