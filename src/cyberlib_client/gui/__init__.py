"""The desktop application, thin over the agent's and the clerk's messages. All of Qt is here."""
