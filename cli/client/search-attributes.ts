import {
  defineSearchAttributeKey,
  TypedSearchAttributes,
  type SearchAttributePair,
} from '@temporalio/common';

/** Search attributes of type keyword, by name. */
export function searchAttributesOf(values: Readonly<Record<string, string>>): TypedSearchAttributes {
  const pairs = Object.entries(values).map(
    // A keyword holds at most 255 bytes on SQL stores.
    ([name, value]): SearchAttributePair => ({
      key: defineSearchAttributeKey(name, 'KEYWORD'),
      value: value.slice(0, 200),
    }),
  );
  return new TypedSearchAttributes(pairs);
}
