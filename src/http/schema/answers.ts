import { z } from 'zod';

/** What answers are made of, as schemas: for the OpenAPI document and for tests that hold answers against it. */

export const TIMESTAMP = z.iso
  .datetime()
  .meta({ description: 'RFC 3339 in UTC, with a fraction only where it is not zero.' });

/** null where there is no number, or none that is finite. */
export const NUMBER_OR_NULL = z.number().nullable();

export const LABEL_VALUES = z.record(z.string(), z.string());

/** Any answer with `format=columns`. */
export const COLUMNS = z
  .looseObject({
    times: z.array(z.number()).meta({ description: 'Milliseconds since the epoch, rising.' }),
    series: z.array(
      z.object({
        labels: LABEL_VALUES,
        name: z.string().optional().meta({ description: 'Which of several values of a row.' }),
        values: z.array(NUMBER_OR_NULL),
      }),
    ),
  })
  .meta({ description: 'Every series has a value, or null, at each of the times.' });
