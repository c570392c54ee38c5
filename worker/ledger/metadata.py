"""What all tables belong to."""

import sqlalchemy as sa

METADATA = sa.MetaData()
