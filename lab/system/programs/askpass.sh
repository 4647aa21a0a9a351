#!/bin/bash
printf "%s\n" "$COPY_PASSWORD"
