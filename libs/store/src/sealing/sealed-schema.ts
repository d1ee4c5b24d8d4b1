import type { Shape } from '../documents/schema.ts';

const stepsOf = (field: string): string[] => field.replaceAll('[]', '.[]').split('.');

/** Returns the shape of a sealed field. @throws Error if the schema has no such field, or it is bytes itself */
export function shapeAt(root: Shape, field: string): Shape {
  const found = stepsOf(field).reduce<Shape | undefined>((at, step) => innerShape(at, step), root);
  if (!found) throw new Error(`The schema has no field ${field} to seal.`);
  if (found.type?.instance === 'Buffer')
    throw new Error(`The field ${field} is bytes; seal the object that contains it.`);
  return found;
}

const innerShape = (shape: Shape | undefined, step: string): Shape | undefined =>
  step === '[]' ? shape?.element : shape?.fields?.get(step);

/** Returns the shape of documents whose fields are sealed: there may be anything. */
export const withoutSealedShapes = (root: Shape, fields: readonly string[]): Shape =>
  fields.reduce((shape, field) => openShape(shape, stepsOf(field)), root);

function openShape(shape: Shape, [step, ...rest]: readonly string[]): Shape {
  if (step === undefined) {
    return { kind: 'any', required: shape.required || (shape.nested === true && (shape.needed ?? []).length > 0) };
  }
  const inner = openShape(innerShape(shape, step)!, rest);
  if (step === '[]') return { ...shape, element: inner };
  return {
    ...shape,
    fields: new Map(shape.fields).set(step, inner),
    ...(shape.needed && {
      needed: shape.needed.map(([name, before]) => [name, name === step ? inner : before] as [string, Shape]),
    }),
  };
}

/** Conditions that hold for sealed and plain values alike. */
const BLIND_OPERATORS = ['$exists', '$type'];

/** @throws Error if a filter or an order names a sealed field: its plain value never matches */
export function assertNoSealedField(filter: object, fields: readonly string[]): void {
  for (const [path, condition] of Object.entries(filter)) {
    if (path.startsWith('$')) {
      for (const inner of [condition].flat())
        if (typeof inner === 'object' && inner) assertNoSealedField(inner, fields);
      continue;
    }
    const field = fields.find((name) => path === name || path.startsWith(`${name}.`));
    if (field !== undefined && !isBlind(condition)) throw new Error(`A query names the sealed field ${field}.`);
  }
}

const isBlind = (condition: unknown): boolean =>
  typeof condition === 'object' &&
  condition !== null &&
  Object.keys(condition).length > 0 &&
  Object.keys(condition).every((operator) => BLIND_OPERATORS.includes(operator));
