"""The worker class of gunicorn that serves the site; config/gunicorn.py names it."""
