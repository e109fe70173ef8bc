import { z } from 'zod';

/** A JSON Schema (2020-12), as OpenAPI 3.1 holds them. */
export type JsonSchema = Record<string, unknown>;

/**
 * The JSON Schema of what a schema takes (`input`), or of what it gives (`output`). Made from the schema that validates;
 * descriptions, examples and defaults are those of its `meta()`.
 */
export function jsonSchemaOf(schema: z.ZodType, io: 'input' | 'output'): JsonSchema {
  const made = z.toJSONSchema(schema, {
    io,
    unrepresentable: 'any',
    override: ({ zodSchema, jsonSchema }) => {
      // Where a schema turns text into something else, zod leaves out what its meta says of the text.
      const meta = z.globalRegistry.get(zodSchema);
      for (const key of ['description', 'examples', 'default'] as const) {
        if (meta?.[key] !== undefined) jsonSchema[key] = meta[key] as never;
      }
    },
  });
  const { $schema: _, ...rest } = made;
  return rest;
}
