#!/usr/bin/perl
# init of a box: keeps sshd and the daemons of /.lab/daemons running, reaps what is left over.
# A line of /.lab/daemons: name, pause before it is started again (ms), command. A file /.lab/stopped/NAME keeps it down.
use strict;
use warnings;
use POSIX qw(:sys_wait_h);
use Time::HiRes qw(sleep time);

my (%daemons, %pid, %due);
mkdir '/.lab/stopped';
open(my $list, '<', '/.lab/daemons') or die "no daemons: $!";
while (<$list>) {
    chomp;
    my ($name, $pause, $command) = split /\t/, $_, 3;
    $daemons{$name} = { pause => $pause / 1000, command => $command };
    $due{$name} = 0;
}

sub start {
    my ($name) = @_;
    my $child = fork();
    return unless defined $child;
    if ($child == 0) {
        open(STDIN, '<', '/dev/null');
        open(STDOUT, '>>', "/.lab/$name.log");
        open(STDERR, '>>&', \*STDOUT);
        POSIX::setsid();
        { exec '/bin/bash', '-c', $daemons{$name}{command} }
        POSIX::_exit(127);
    }
    $pid{$name} = $child;
    delete $due{$name};
    if (open(my $file, '>', "/.lab/$name.pid")) { print $file "$child\n"; close $file }
}

$SIG{TERM} = sub { exit 0 };
while (1) {
    for my $name (keys %daemons) {
        next if $pid{$name} || -e "/.lab/stopped/$name";
        $due{$name} = time + $daemons{$name}{pause} unless defined $due{$name};
        start($name) if time >= $due{$name};
    }
    while ((my $ended = waitpid(-1, WNOHANG)) > 0) {
        for my $name (keys %pid) {
            next unless $pid{$name} == $ended;
            delete $pid{$name};
            unlink "/.lab/$name.pid";
        }
    }
    sleep 0.02;
}
