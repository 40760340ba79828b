"""The host of CyberLib: stores opaque objects, knows organisations, devices and licences, keeps the logs.

It never sees a key, a file name or a clear byte, and shares documents with the client, not code
(docs/protocol/).
"""

__version__ = "0.1.0"
