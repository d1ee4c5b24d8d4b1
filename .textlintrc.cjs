const phrases = require('./banned-phrases.json');

/** Checks pages for the phrases of `banned-phrases.json`; ESLint checks comments for the same. A line break counts as a space. */
module.exports = {
  rules: {
    terminology: {
      defaultTerms: false,
      skip: [],
      terms: phrases.map(([phrase, replacement]) => [phrase.replaceAll(' ', '\\s+'), replacement]),
    },
  },
};
