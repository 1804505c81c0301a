-- From version 3 to 4: approvers' signatures.
-- What approvers sign of an emergency, exact bytes and signatures, with who signed; empty where none are needed.
ALTER TABLE orders ADD COLUMN signed TEXT;
