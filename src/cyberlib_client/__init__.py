"""CyberLib: backups of French healthcare practices, encrypted before they leave the workstation."""

__version__ = "0.1.0"
