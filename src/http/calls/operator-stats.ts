import type { Call } from '../edge.js';
import { ANSWER_TYPES, answerFormat } from '../media-types.js';
import { writeBody } from '../present/present.js';

/** GET /api/v1/operator/stats */
export async function operatorStats({ exchange, edge, parameters }: Call): Promise<void> {
  parameters.refuseOthers([]);
  const format = answerFormat(exchange.accept, ['json', 'msgpack']);
  const stats = await edge.operator.stats();
  exchange.answer(200, ANSWER_TYPES[format], writeBody(stats, format));
}
