"""Every fault the service must survive, tried on the real program: `python -m tests.faults`, or `make faults`.

A scenario is one function for one row of the table (`rows_*.py`). It has a trial (`trial.py`): the program as a process of its
own (`subject.py`) on SQLite or PostgreSQL (`places.py`), and a referee in another process that plays the providers and alone knows
what each woman received (`court.py`). After every run the invariants I1 to I8 are checked (`invariants.py`) from the referee's
ledger and the database, whose changes a witness has written down in order (`witness.py`). Every guard has a control test: with
the guard off (`guards.py`) the same checks must object (`controls*.py`).
"""
