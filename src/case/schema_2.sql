-- Version 2: the view that a hunt is for, and the sources that somebody had open. NULL: written by version 1.
ALTER TABLE hunt ADD COLUMN view TEXT;
ALTER TABLE position ADD COLUMN sources TEXT;
