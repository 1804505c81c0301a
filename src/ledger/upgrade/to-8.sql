-- From version 7 to 8: notices that are withdrawn or corrected.
-- When what chat groups got was taken back or corrected, where that was asked for.
ALTER TABLE orders ADD COLUMN carried_out BIGINT;

-- The order that took back what a call is a part of: it is not sent any more.
ALTER TABLE calls ADD COLUMN taken_back BIGINT;
