"""The figures of docs/storybook.md, measured by the oracle from shipped weights; trains nothing."""
