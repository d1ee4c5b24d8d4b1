import type { CONTENT_SCHEMA } from './content-schema.ts';

type Defs = (typeof CONTENT_SCHEMA)['$defs'];

/** The type of the values that a schema accepts. */
type FromSchema<Schema> = Schema extends { $ref: `#/$defs/${infer Name extends keyof Defs}` }
  ? FromSchema<Defs[Name]>
  : Schema extends { enum: readonly (infer Value)[] }
    ? Value
    : Schema extends { items: infer Item }
      ? FromSchema<Item>[]
      : Schema extends { properties: infer Properties }
        ? Members<Properties, Schema extends { required: readonly (infer Name)[] } ? Name : never>
        : Schema extends { type: infer Type extends keyof PrimitiveTypes }
          ? PrimitiveTypes[Type]
          : never;
type Members<Properties, Required> = {
  -readonly [Name in keyof Properties as Name extends Required ? Name : never]: FromSchema<Properties[Name]>;
} & { -readonly [Name in keyof Properties as Name extends Required ? never : Name]?: FromSchema<Properties[Name]> };
interface PrimitiveTypes {
  string: string;
  boolean: boolean;
  /** Answers, described by their form. */
  object: Record<string, unknown>;
}

/** All input of the desk; a draft may lack any of it. */
export type Content = FromSchema<typeof CONTENT_SCHEMA>;
export type Person = FromSchema<Defs['Person']>;
export type ForeignDocument = FromSchema<Defs['ForeignDocument']>;
export type Contact = FromSchema<Defs['Contact']>;
export type Mandate = FromSchema<Defs['Mandate']>;
export type Evidence = FromSchema<Defs['Evidence']>;
/** The applicant's choice of how to get the result. In the bridge, a delivery is a transmission to an agency. */
export type DeliveryChoice = FromSchema<Defs['DeliveryChoice']>;
export type Language = FromSchema<Defs['Language']>;
