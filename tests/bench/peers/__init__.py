"""What others build: the same conversation and the same broadcast in other libraries, each as its own documents advise.

Every module runs as a process of its own, in the peers' own environment: `python -m tests.bench.peers.NAME API SCRIPT`, where
SCRIPT is the recorded conversation. They say the recorded words with the recorded buttons; they understand nothing and check
next to nothing, which is in their favour.
"""
