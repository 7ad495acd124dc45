"""What goes in and out of the panel API, split by noun. Output models have no defaults, so that the generated
TypeScript types are true; secrets are write-only. Nothing of ours is imported here.
"""
