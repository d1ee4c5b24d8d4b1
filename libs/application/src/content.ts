import type { CONTENT_SCHEMA } from './content-schema.ts';

/** The types of what the desk fills in, as the schema says them. */

type Defs = (typeof CONTENT_SCHEMA)['$defs'];

/** The type of the values that a schema of this content takes. */
type Of<Schema> = Schema extends { $ref: `#/$defs/${infer Name extends keyof Defs}` }
  ? Of<Defs[Name]>
  : Schema extends { enum: readonly (infer Value)[] }
    ? Value
    : Schema extends { items: infer Item }
      ? Of<Item>[]
      : Schema extends { properties: infer Properties }
        ? Members<Properties, Schema extends { required: readonly (infer Name)[] } ? Name : never>
        : Schema extends { type: infer Type extends keyof Simple }
          ? Simple[Type]
          : never;
type Members<Properties, Required> = {
  -readonly [Name in keyof Properties as Name extends Required ? Name : never]: Of<Properties[Name]>;
} & { -readonly [Name in keyof Properties as Name extends Required ? never : Name]?: Of<Properties[Name]> };
interface Simple {
  string: string;
  boolean: boolean;
  /** Answers: their form says more. */
  object: Record<string, unknown>;
}

/** All that the desk fills in; a draft may lack any of it. */
export type Content = Of<typeof CONTENT_SCHEMA>;
export type Person = Of<Defs['Person']>;
export type ForeignDocument = Of<Defs['ForeignDocument']>;
export type Mandate = Of<Defs['Mandate']>;
export type Evidence = Of<Defs['Evidence']>;
/** How the person wants to get the result; the field `delivery`. What the bridge sends to an agency is a delivery. */
export type DeliveryChoice = Of<Defs['Delivery']>;
export type Language = Of<Defs['Language']>;
