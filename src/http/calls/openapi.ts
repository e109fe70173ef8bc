import { z } from 'zod';
import { defineCall } from '../call/call.js';

export const openApiCall = defineCall({
  method: 'GET',
  path: '/openapi.json',
  access: 'read',
  group: 'Documentation',
  summary: 'This document',
  answer: {
    schema: z.looseObject({ openapi: z.string(), paths: z.looseObject({}) }),
    example: { openapi: '3.1.0', info: { title: 'Millrace', version: '0.1.0' }, paths: {} },
    formats: ['json'],
  },
  handler: ({ exchange, edge }) => exchange.answer(200, 'application/json', edge.openApi()),
});
